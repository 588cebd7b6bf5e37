// Parts of a dataset in memory, as training and evaluation take them.
import type { ImageSet } from '../../core/images/image-set.ts';
import type { Dataset, SplitName } from './dataset.ts';

export interface LabelledImages extends ImageSet {
  /** [count, attributes], 0 or 1. */
  readonly labels: Uint8Array;
}

export async function imagesOf(dataset: Dataset, split: SplitName): Promise<LabelledImages> {
  return labelledImagesAt(dataset, dataset.indicesOf(split));
}

/** @param indices positions in the dataset, in any order. @returns their images and labels in that order. */
export async function labelledImagesAt(dataset: Dataset, indices: Uint32Array): Promise<LabelledImages> {
  const { resolution } = dataset;
  const width = dataset.attributes.length;
  const all = await dataset.images();
  const size = 3 * resolution * resolution;
  const pixels = new Uint8Array(indices.length * size);
  const labels = new Uint8Array(indices.length * width);
  indices.forEach((index, at) => {
    pixels.set(all.subarray(index * size, (index + 1) * size), at * size);
    const from = index * width;
    labels.set(dataset.labels.subarray(from, from + width), at * width);
  });
  return { resolution, count: indices.length, pixels, labels };
}

/** Images read from the disk at a time. */
const readingBlock = 1024;

/** @param indices positions in the dataset, in any order. @returns their images in that order; only these are kept. */
export async function imagesAt(dataset: Dataset, indices: Uint32Array): Promise<ImageSet> {
  const { resolution } = dataset;
  const size = 3 * resolution * resolution;
  const pixels = new Uint8Array(indices.length * size);
  const ascending = [...indices.keys()].sort((a, b) => indices[a]! - indices[b]!);
  let next = 0;
  for (let start = 0; next < ascending.length; start += readingBlock) {
    const rows = await dataset.imageRows(start, Math.min(readingBlock, dataset.count - start));
    for (; next < ascending.length && indices[ascending[next]!]! < start + readingBlock; next++) {
      const from = (indices[ascending[next]!]! - start) * size;
      pixels.set(rows.subarray(from, from + size), ascending[next]! * size);
    }
  }
  return { resolution, count: indices.length, pixels };
}
