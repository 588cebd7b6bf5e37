// The training graph in a real browser: onnxruntime-web's WebAssembly provider follows Node's processor.
import { describe, expect, test } from 'vitest';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { hasChromium, openChromium } from '../../helpers/chromium.ts';
import { servePage } from '../../helpers/serve-page.ts';
import { lossKinds, tenSteps } from './ten-steps.ts';

const cpu = cpuDevice(1);

describe.skipIf(!hasChromium)('in Chromium', () => {
  test('ten steps at 8×8 have the losses that they have in Node, each within 1e-3', async () => {
    const address = await servePage(import.meta.dirname);
    const page = await (await openChromium()).newPage();
    const complaints: string[] = [];
    page.on('pageerror', ({ message }) => complaints.push(message));
    await page.goto(address);
    for (const loss of lossKinds) {
      const inBrowser = await page.evaluate(kind => trainHere(kind), loss);
      const inNode = await tenSteps(cpu, loss);
      expect(inBrowser).toHaveLength(10);
      for (const [step, metrics] of inNode.entries()) {
        expect(Object.keys(inBrowser[step]!)).toEqual(Object.keys(metrics));
        for (const [name, value] of Object.entries(metrics)) {
          const difference = Math.abs(inBrowser[step]![name]! - value);
          expect(difference, `${loss}, ${name} of step ${step}`).toBeLessThan(1e-3);
        }
      }
    }
    expect(complaints).toEqual([]);
  }, 240_000); // most of it is the browser compiling 26 MB of WebAssembly
});

test.each(lossKinds)('%s: a device that hands back new tensors trains to the same bits', async loss => {
  expect(await tenSteps({ ...cpu, writesInPlace: false }, loss)).toEqual(await tenSteps(cpu, loss));
});
