// Draws figures 1 and 2: the frequency of each attribute in the pictures and in generated faces.

import { countOf } from '../../../../core/errors.ts';
import { classify } from '../../../../core/measures/answers/classify.ts';
import type { Dataset } from '../../../artefacts/dataset.ts';
import { imagesOf } from '../../../artefacts/image-set.ts';
import { type ShareSeries, shareChart } from '../../../presentation/charts.ts';
import type { Figure } from '../../../presentation/html.ts';
import { published, wholeCeleba } from '../../../presentation/published.ts';
import { areOfOneDataset, type Sources } from '../sources.ts';
import { counted, readable } from './words.ts';

/** @returns the share of the whole CelebA that has each attribute; undefined for attributes of one's own. */
function wholeShares(dataset: Dataset): number[] | undefined {
  const { attributes } = dataset;
  const known = attributes.map(attribute => published(attribute, dataset));
  const shares = known.flatMap(each => (each === undefined ? [] : [each.wholeCount / wholeCeleba]));
  return shares.length === attributes.length ? shares : undefined;
}

/** Shows the attributes of the dataset, beside those of the whole CelebA where they are its own. */
export function datasetFigure({ dataset, runs }: Sources): Figure {
  const whole = wholeShares(dataset);
  const shares = labelShares(dataset);
  const series = [
    ...(whole === undefined ? [] : [{ name: `whole CelebA, ${counted(wholeCeleba)} pictures`, values: whole }]),
    { name: `this dataset, ${counted(dataset.count)} pictures`, values: shares },
  ];
  const splits = (['train', 'validation', 'test'] as const).map(
    split => `${counted(dataset.indicesOf(split).length)} ${split}`,
  );
  return {
    number: 1,
    title: 'Attributes in the dataset',
    body: chart(series, dataset),
    caption:
      'Share of pictures with each attribute, by their labels: ' +
      `${whole === undefined ? '' : `${counted(wholeCeleba)} pictures of the whole CelebA, `}` +
      `${counted(dataset.count)} of this dataset (${splits.join(', ')}).${whole === undefined ? '' : largestDifference(dataset, whole, shares)}`,
    command: runs.dataset.command,
  };
}

function largestDifference({ attributes }: Dataset, whole: readonly number[], shares: readonly number[]): string {
  const distances = shares.map((share, a) => Math.abs(share - whole[a]!));
  const largest = distances.indexOf(Math.max(...distances));
  const points = (100 * distances[largest]!).toFixed(2);
  return ` The largest difference is ${points} percentage points (${readable(attributes[largest]!)}).`;
}

/** Sets true labels beside the classifier's answers for the same pictures and for generated faces. */
export async function generatedFigure({ dataset, runs, editor, synthesis }: Sources): Promise<Figure> {
  const { count, thresholds, frequencies } = synthesis;
  const width = dataset.attributes.length;
  const test = await imagesOf(dataset, 'test');
  const logits = await classify(test, { run: images => editor.score(images) });
  const pictures = `the ${counted(test.count)} test pictures`;
  const known = (shares: () => number[]) => (test.count === 0 ? dataset.attributes.map(() => null) : shares());
  const series = [
    { name: `labels of ${pictures}`, values: known(() => sharesOf(test.labels, width, label => label === 1)) },
    {
      name: 'the classifier on these pictures',
      values: known(() => sharesOf(logits, width, (logit, a) => logit > thresholds[a]!)),
    },
    {
      name: `the classifier on ${counted(count)} generated faces`,
      values: dataset.attributes.map(attribute => frequencies[attribute] ?? null),
    },
  ];
  return {
    number: 2,
    title: 'Attributes of generated faces',
    body: chart(series, dataset),
    caption: `${
      test.count === 0
        ? 'The dataset has no test pictures to compare with. '
        : `From the bar to the square is what the classifier gets wrong on real faces; from the square to the dot is what ` +
          `the generator makes more or less often than the pictures have it. Labels and squares: ${pictures}, which ` +
          `${areOfOneDataset(runs) ? 'neither network was' : 'the classifier was not'} trained on; dots: `
    }${counted(count)} generated faces, uncurated.`,
    command: runs.synthesis.command,
  };
}

/** The most frequent attributes first: in the whole CelebA, or where they are one's own, in the dataset. */
function chart(series: readonly ShareSeries[], dataset: Dataset): string {
  const { attributes } = dataset;
  const shares = wholeShares(dataset) ?? labelShares(dataset);
  const order = [...attributes.keys()].sort((a, b) => shares[b]! - shares[a]!);
  const sorted = series.map(({ name, values }) => ({ name, values: order.map(a => values[a]!) }));
  const names = order.map(a => readable(attributes[a]!));
  return shareChart(
    names,
    sorted,
    `Share of faces with each of the ${countOf(attributes.length, 'attributes')}: ${series.map(s => s.name).join('; ')}`,
  );
}

function labelShares({ labels, attributes }: Dataset): number[] {
  return sharesOf(labels, attributes.length, label => label === 1);
}

/** @param values [count, width]. @returns the share of rows in which each attribute is present. */
function sharesOf(
  values: ArrayLike<number>,
  width: number,
  present: (value: number, attribute: number) => boolean,
): number[] {
  const counts = new Array<number>(width).fill(0);
  for (let at = 0; at < values.length; at++) {
    const attribute = at % width;
    if (present(values[at]!, attribute)) counts[attribute]!++;
  }
  return counts.map(each => (each * width) / values.length);
}
