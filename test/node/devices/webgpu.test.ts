// WebGPU in Node computes as the processor does, tried on Chromium's Vulkan for the processor: no GPU is needed.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const chromium = '/usr/lib/chromium';
const driver = `${chromium}/vk_swiftshader_icd.json`;
const isThere = existsSync(driver) && existsSync(`${chromium}/libvulkan.so.1`);
if (!isThere) console.warn(`skipped: test of WebGPU in Node, because ${chromium} has no Vulkan for the processor`);

/** Computes convolutions and their gradients on both devices and prints how far each of them is apart, as JSON. */
const program = `
const from = path => import('${new URL('../../../dist/', import.meta.url)}' + path);
const { gradients } = await from('core/graph/gradient.js');
const ops = await from('core/graph/ops.js');
const { createRandom, normals } = await from('core/math/random.js');
const { Program } = await from('core/runtime/program.js');
const { openDevice } = await from('node/devices/device.js');
const devices = [await openDevice({ device: 'cpu', threads: 1 }), await openDevice({ device: 'webgpu', threads: 1 })];
const apart = {};
for (const [channels, outputs, side] of [[3, 8, 4], [9, 8, 4], [9, 8, 16], [8, 9, 4], [33, 4, 4]]) {
  const [x, w] = [ops.input('x', [2, channels, side, side]), ops.input('w', [outputs, channels, 3, 3])];
  const y = ops.conv(x, w, 1);
  const [byX, byW] = gradients(ops.sum(ops.square(y)), [x, w]);
  const random = createRandom(1);
  const feeds = { x: normals(random, 2 * channels * side * side), w: normals(random, outputs * channels * 9) };
  const results = [];
  for (const device of devices) {
    const program = await Program.compile(device, { outputs: { y, byX, byW } });
    results.push(await program.run(feeds));
    await program.release();
  }
  for (const name of ['y', 'byX', 'byW']) {
    const [expected, found] = results.map(result => result[name]);
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const error = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - found[at])), 0);
    apart[[channels, outputs, side, name].join(' ')] = error / largest;
  }
}
console.log(JSON.stringify(apart));
`;

test.skipIf(!isThere)(
  'convolutions and their gradients agree, also for channels that the default layout gets wrong',
  { timeout: 120_000 },
  () => {
    const env = { ...process.env, LD_LIBRARY_PATH: chromium, VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver };
    const options = {
      env,
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      encoding: 'utf8',
      stdio: 'pipe',
    } as const;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], options);
    const apart: Record<string, number> = JSON.parse(printed.trimEnd().split('\n').at(-1)!);
    expect(Object.keys(apart)).toHaveLength(15);
    for (const [what, error] of Object.entries(apart)) expect(error, what).toBeLessThan(1e-4);
  },
);
