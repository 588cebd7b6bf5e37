// A classifier's answers to images, and the columns of the table that says how often they are right.
import { type AttributeName, attributeNames } from '../../../core/attributes.ts';
import { type ImageSet, normalisedBatch } from '../../../core/images/image-set.ts';
import { type AttributeResult, attributeMetrics } from '../../../core/measures/answers/attribute-metrics.ts';
import type { Tick } from '../../../core/measures/images/sliced-wasserstein.ts';
import type { BatchRunner } from '../../../core/models/inference.ts';
import type { LabelledImages } from '../../artefacts/image-set.ts';
import { published } from '../../presentation/published.ts';
import type { Column } from '../../presentation/table.ts';

/** Images that one run of the finished network takes. */
export const evaluationBatch = 50;

const column = ({ key, title, decimals = 4 }: Heading): Column<AttributeResult> => ({
  title,
  value: row => row[key],
  decimals,
});
type Heading = Pick<(typeof attributeMetrics)[number], 'key' | 'title'> & { readonly decimals?: number };
const columnsOf = (shown: 'table' | 'csv') => attributeMetrics.filter(metric => metric.shown === shown).map(column);

/** The table in the terminal. */
export const resultColumns: readonly Column<AttributeResult>[] = [
  { title: 'attribute', value: row => row.attribute },
  ...columnsOf('table'),
];

/** All that is known, and what others published: the report "Face Tuning", Liu et al. 2015, Hand and Chellappa 2017. */
export const allColumns: readonly Column<AttributeResult>[] = [
  ...resultColumns,
  ...columnsOf('csv'),
  { title: 'report train accuracy', value: row => published(row.attribute).classifier.reportTrain },
  { title: 'report test accuracy', value: row => published(row.attribute).classifier.report },
  { title: 'LNets+ANet test accuracy', value: row => published(row.attribute).classifier.lnets },
  { title: 'MCNN-AUX test accuracy', value: row => published(row.attribute).classifier.mcnn },
];

/** @param tick called after each batch. @returns logits [count, 40], or features [count, F], of images not mirrored. */
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

export function firstOf(images: LabelledImages, count: number): LabelledImages {
  const size = 3 * images.resolution ** 2;
  const kept = Math.min(count, images.count);
  return {
    ...images,
    count: kept,
    pixels: images.pixels.subarray(0, kept * size),
    labels: images.labels.subarray(0, kept * attributeNames.length),
  };
}

/** Standard errors by which an accuracy may lie below the majority baseline before that is called a failure. */
export const toleratedErrors = 2;

/** @returns the attributes for which the commoner answer would be better by more than chance explains. */
export function belowBaseline(results: readonly AttributeResult[]): AttributeName[] {
  return results.filter(row => row.gain < -toleratedErrors * row.gainError).map(row => row.attribute);
}
