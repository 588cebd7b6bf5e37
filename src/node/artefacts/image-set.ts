// Parts of a dataset as training and evaluation take them: in memory where they are small, else read from the disk.
import type { ImageSet, Pixels } from '../../core/images/image-set.ts';
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
  const width = dataset.attributes.length;
  const labels = new Uint8Array(indices.length * width);
  indices.forEach((index, at) => {
    labels.set(dataset.labels.subarray(index * width, (index + 1) * width), at * width);
  });
  return { ...(await imagesAt(dataset, indices)), labels };
}

/** Most bytes of images that are kept in memory: 43,690 of 64×64. More are read from the disk whenever they are shown. */
const mostInMemory = 2 ** 29;

/** Images read from the disk at a time. */
const readingBlock = 1024;

/** @param indices positions in the dataset, in any order. @returns their images in that order. */
export async function imagesAt(dataset: Dataset, indices: Uint32Array, most = mostInMemory): Promise<ImageSet> {
  const { resolution } = dataset;
  const size = 3 * resolution * resolution;
  const images = { resolution, count: indices.length };
  if (indices.length * size > most) return { ...images, pixels: await pixelsOnDisk(dataset, indices, size) };
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
  return { ...images, pixels };
}

/** @param size bytes of an image. */
async function pixelsOnDisk(dataset: Dataset, indices: Uint32Array, size: number): Promise<Pixels> {
  const rows = await dataset.openImages();
  return {
    length: indices.length * size,
    subarray(start, end) {
      const bytes = new Uint8Array(end - start);
      for (let at = 0; at < bytes.length; at += size) {
        rows.read(indices[(start + at) / size]!, bytes.subarray(at, at + size));
      }
      return bytes;
    },
  };
}
