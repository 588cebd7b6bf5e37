// A finished classifier's answers to any number of images.
import { type ImageSet, normalisedBatch } from '../../images/image-set.ts';
import type { BatchRunner } from '../../models/inference.ts';
import type { Tick } from '../tick.ts';

/** Images that one run of the finished network takes. */
export const evaluationBatch = 50;

/** @param tick called after each batch. @returns logits [count, attributes], or features [count, F], of images not mirrored. */
export async function classify(
  images: ImageSet,
  runner: Pick<BatchRunner, 'run'>,
  tick: Tick = () => {},
): Promise<Float32Array> {
  let rows = new Float32Array();
  for (let start = 0; start < images.count; start += evaluationBatch) {
    const indices = Uint32Array.from({ length: Math.min(evaluationBatch, images.count - start) }, (_, i) => start + i);
    const some = await runner.run(normalisedBatch(images, indices, () => false));
    const width = some.length / indices.length;
    if (start === 0) rows = new Float32Array(images.count * width);
    rows.set(some, start * width);
    await tick(start + indices.length, images.count);
  }
  return rows;
}
