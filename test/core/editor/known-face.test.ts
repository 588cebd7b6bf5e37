// The known face of a bundle: the processor makes it, and a device that computes otherwise is found out.
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
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

test('a tool adds it, edits stay, and devices are told apart by it', async () => {
  const [old, made] = [join(folder, 'old'), join(folder, 'new')];
  await writeTinyBundle(old, 16, undefined, ['dimples'], { field: true });
  const tool = resolve(import.meta.dirname, '../../../tools/add-known-face.mjs');
  await promisify(execFile)(process.execPath, [tool, old, made]);
  const [before, after] = [await openBundle(old, { threads: 1 }), await openBundle(made, { threads: 1 })];
  expect(after.bundle.formerly).toEqual([before.bundle.sha256]);
  expect(after.bundle.directions).toEqual(before.bundle.directions);
  expect(after.bundle.known).toEqual(await knownFace(before));
  expect(await computesRight(before)).toBeUndefined();
  expect(await computesRight(after)).toBe(true);
  expect(await rightOn(faultyDevice(0), after.bundle)).toBe(true);
  expect(await rightOn(faultyDevice(1e-4), after.bundle)).toBe(true); // other orders of addition
  expect(await rightOn(faultyDevice(0.2), after.bundle)).toBe(false);
  expect(await rightOn(faultyDevice(Number.NaN), after.bundle)).toBe(false);
  for (const editor of [before, after]) await editor.release();
});
