// The known face of a bundle: the processor makes it, and a device that computes otherwise is found out.
import type { InferenceSession } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import type { Bundle } from '../../../src/core/editor/bundle.ts';
import { FaceEditor } from '../../../src/core/editor/face-editor.ts';
import { computesRight, knownFace } from '../../../src/core/editor/known-face.ts';
import type { Device } from '../../../src/core/runtime/device.ts';
import { hashBytes, openBundle } from '../../../src/node/artefacts/bundle.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../helpers/tiny-bundle.ts';

const folder = temporaryFolder();

/** A processor whose results are all a little too large, as those of a faulty driver. */
function faultyDevice(by: number): Device {
  const right = cpuDevice(1);
  const create = async (...given: Parameters<typeof right.runtime.InferenceSession.create>) => {
    const session = await right.runtime.InferenceSession.create(...given);
    const run = session.run.bind(session) as (...all: unknown[]) => Promise<InferenceSession.OnnxValueMapType>;
    session.run = async (...all: unknown[]) => {
      const results = await run(...all);
      for (const { data } of Object.values(results) as { data: Float32Array }[]) data.set(data.map(x => x + by));
      return results;
    };
    return session;
  };
  const InferenceSession = { create } as unknown as Device['runtime']['InferenceSession'];
  return { ...right, runtime: { Tensor: right.runtime.Tensor, InferenceSession }, writesInPlace: false };
}

async function rightOn(device: Device, bundle: Bundle): Promise<boolean | undefined> {
  const editor = await FaceEditor.open(device, bundle, { hash: hashBytes });
  const isRight = await computesRight(editor);
  await editor.release();
  return isRight;
}

test('devices are told apart by it', async () => {
  await writeTinyBundle(folder, 16, undefined, ['dimples'], { field: true });
  const editor = await openBundle(folder, { threads: 1 });
  expect(await computesRight(editor)).toBeUndefined();
  const bundle = { ...editor.bundle, known: await knownFace(editor) };
  await editor.release();
  expect(await rightOn(cpuDevice(1), bundle)).toBe(true);
  expect(await rightOn(faultyDevice(0), bundle)).toBe(true);
  expect(await rightOn(faultyDevice(1e-4), bundle)).toBe(true); // other orders of addition
  expect(await rightOn(faultyDevice(0.2), bundle)).toBe(false);
  expect(await rightOn(faultyDevice(Number.NaN), bundle)).toBe(false);
});
