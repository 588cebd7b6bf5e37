// Reads labelled faces into memory that all threads of `fit` share.
import { z } from 'zod';
import { attributeNames } from '../../core/attributes.ts';
import { UserError } from '../../core/errors.ts';
import { checkShape, toFloat32 } from '../../core/formats/nd-array.ts';
import { readJson, readNpy } from '../io/files.ts';
import type { FinishedRun } from '../io/run-folder.ts';

export interface Faces {
  readonly count: number;
  readonly size: number;
  /** [count, size], as the generator sees them. */
  readonly latents: Float32Array;
  /** [attributes, count]: one row an attribute. */
  readonly logits: Float32Array;
  /** As logits, one an attribute. */
  readonly thresholds: readonly number[];
}

const synthesisSchema = z.object({ thresholds: z.array(z.number()).length(attributeNames.length) });

/** @throws UserError for files that do not fit together or hold anything but finite numbers. */
export async function readFaces(run: FinishedRun): Promise<Faces> {
  const details = synthesisSchema.safeParse(await readJson(run.file('synthesis.json')));
  if (!details.success) {
    throw new UserError(`${run.file('synthesis.json')} must hold 40 thresholds. Run synthesize again`);
  }
  const latents = await readMatrix(run.file('z.npy'), [null, null]);
  const [count, size] = latents.shape;
  const logits = await readMatrix(run.file('logits.npy'), [count, attributeNames.length]);
  return {
    count,
    size,
    latents: shared(count * size, data => data.set(latents.data)),
    logits: shared(logits.data.length, data => {
      for (const [at, logit] of logits.data.entries()) {
        data[(at % attributeNames.length) * count + Math.floor(at / attributeNames.length)] = logit;
      }
    }),
    thresholds: details.data.thresholds,
  };
}

/** @throws UserError unless the file holds a matrix of this shape, null standing for any length, of finite numbers. */
async function readMatrix(path: string, expected: readonly [number | null, number | null]) {
  const array = await readNpy(path);
  checkShape(array, expected, path);
  const data = toFloat32(array.data);
  if (!data.every(Number.isFinite))
    throw new UserError(`${path} must hold finite numbers; some are not. Make it again`);
  return { shape: array.shape as [number, number], data };
}

/** Numbers that every thread reads in one place. */
function shared(count: number, fill: (data: Float32Array) => void): Float32Array {
  const data = new Float32Array(new SharedArrayBuffer(count * Float32Array.BYTES_PER_ELEMENT));
  fill(data);
  return data;
}
