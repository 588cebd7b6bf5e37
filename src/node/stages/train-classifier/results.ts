// The columns of the table that says how often a classifier is right.
import { partOf } from '../../../core/images/image-set.ts';
import { type AttributeResult, attributeMetrics } from '../../../core/measures/answers/attribute-metrics.ts';
import type { Dataset } from '../../artefacts/dataset.ts';
import type { LabelledImages } from '../../artefacts/image-set.ts';
import { published } from '../../presentation/published.ts';
import type { Column } from '../../presentation/table.ts';

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
export function allColumns(dataset: Dataset): Column<AttributeResult>[] {
  const known = (row: AttributeResult) => published(row.attribute, dataset)?.classifier;
  return [
    ...resultColumns,
    ...columnsOf('csv'),
    { title: 'report train accuracy', value: row => known(row)?.reportTrain },
    { title: 'report test accuracy', value: row => known(row)?.report },
    { title: 'LNets+ANet test accuracy', value: row => known(row)?.lnets },
    { title: 'MCNN-AUX test accuracy', value: row => known(row)?.mcnn },
  ];
}

export function firstOf(images: LabelledImages, count: number): LabelledImages {
  const width = images.labels.length / Math.max(1, images.count);
  const kept = Math.min(count, images.count);
  return {
    ...partOf(images, 0, kept),
    labels: images.labels.subarray(0, kept * width),
  };
}

/** Standard errors by which an accuracy may lie below the majority baseline before that is called a failure. */
export const toleratedErrors = 2;

/** @returns the attributes for which the commoner answer would be better by more than chance explains. */
export function belowBaseline(results: readonly AttributeResult[]): string[] {
  return results.filter(row => row.gain < -toleratedErrors * row.gainError).map(row => row.attribute);
}

/** @returns the attributes on which all test images get the same answer, though some have them and some do not. */
export function sameAnswer(results: readonly AttributeResult[]): string[] {
  const isSame = (share: number) => share === 0 || share === 1;
  return results
    .filter(row => isSame(row.answerFrequency) && !isSame(row.labelFrequency))
    .map(({ attribute }) => attribute);
}
