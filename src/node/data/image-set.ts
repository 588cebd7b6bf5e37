// One part of a dataset in memory, as training and evaluation take it.
import { attributeNames } from '../../core/attributes.ts';
import type { ImageSet } from '../../core/training/image-source.ts';
import type { Dataset, SplitName } from './dataset.ts';

export interface LabelledImages extends ImageSet {
  /** [count, 40], 0 or 1. */
  readonly labels: Uint8Array;
}

export async function imagesOf(dataset: Dataset, split: SplitName): Promise<LabelledImages> {
  const { resolution } = dataset;
  const indices = dataset.indicesOf(split);
  const all = await dataset.images();
  const size = 3 * resolution * resolution;
  const pixels = new Uint8Array(indices.length * size);
  const labels = new Uint8Array(indices.length * attributeNames.length);
  indices.forEach((index, at) => {
    pixels.set(all.subarray(index * size, (index + 1) * size), at * size);
    const from = index * attributeNames.length;
    labels.set(dataset.labels.subarray(from, from + attributeNames.length), at * attributeNames.length);
  });
  return { resolution, count: indices.length, pixels, labels };
}
