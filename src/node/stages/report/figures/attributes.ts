// Draws figures 1 and 2: the frequency of each attribute in the pictures and in generated faces.

import { attributeNames } from '../../../../core/attributes.ts';
import { classify } from '../../../../core/measures/answers/classify.ts';
import { imagesOf } from '../../../artefacts/image-set.ts';
import { type ShareSeries, shareChart } from '../../../presentation/charts.ts';
import type { Figure } from '../../../presentation/html.ts';
import { published, wholeCeleba } from '../../../presentation/published.ts';
import type { Sources } from '../sources.ts';
import { counted, readable } from './words.ts';

const whole = attributeNames.map(attribute => published(attribute).wholeCount / wholeCeleba);
/** The attributes of both figures, the most frequent first. */
const order = [...attributeNames.keys()].sort((a, b) => whole[b]! - whole[a]!);

/** Sets the attributes of the dataset beside those of the whole CelebA. */
export function datasetFigure({ dataset, runs }: Sources): Figure {
  const shares = sharesOf(dataset.labels, dataset.count, label => label === 1);
  const distances = shares.map((share, a) => Math.abs(share - whole[a]!));
  const largest = distances.indexOf(Math.max(...distances));
  const series = [
    { name: `whole CelebA, ${counted(wholeCeleba)} pictures`, values: whole },
    { name: `this dataset, ${counted(dataset.count)} pictures`, values: shares },
  ];
  const splits = (['train', 'validation', 'test'] as const).map(
    split => `${counted(dataset.indicesOf(split).length)} ${split}`,
  );
  return {
    number: 1,
    title: 'Attributes in the dataset',
    body: chart(series),
    caption:
      `Share of pictures with each attribute, by their labels: ${counted(wholeCeleba)} pictures of the whole CelebA, ` +
      `${counted(dataset.count)} of this dataset (${splits.join(', ')}). The largest difference is ` +
      `${(100 * distances[largest]!).toFixed(2)} percentage points (${readable(attributeNames[largest]!)}).`,
    command: runs.dataset.command,
  };
}

/** Sets true labels beside the classifier's answers for the same pictures and for generated faces. */
export async function generatedFigure({ dataset, runs, editor, synthesis }: Sources): Promise<Figure> {
  const { count, thresholds, frequencies } = synthesis;
  const test = await imagesOf(dataset, 'test');
  const logits = await classify(test, { run: images => editor.score(images) });
  const pictures = `the ${counted(test.count)} test pictures`;
  const series = [
    { name: `labels of ${pictures}`, values: sharesOf(test.labels, test.count, label => label === 1) },
    {
      name: 'the classifier on these pictures',
      values: sharesOf(logits, test.count, (logit, a) => logit > thresholds[a]!),
    },
    {
      name: `the classifier on ${counted(count)} generated faces`,
      values: attributeNames.map(attribute => frequencies[attribute] ?? null),
    },
  ];
  return {
    number: 2,
    title: 'Attributes of generated faces',
    body: chart(series),
    caption:
      `From the bar to the square is what the classifier gets wrong on real faces; from the square to the dot is what ` +
      `the generator makes more or less often than CelebA has it. Labels and squares: ${pictures}, which neither ` +
      `network was trained on; dots: ${counted(count)} generated faces, uncurated.`,
    command: runs.synthesis.command,
  };
}

function chart(series: readonly ShareSeries[]): string {
  const sorted = series.map(({ name, values }) => ({ name, values: order.map(a => values[a]!) }));
  const names = order.map(a => readable(attributeNames[a]!));
  return shareChart(
    names,
    sorted,
    `Share of faces with each of the 40 attributes: ${series.map(s => s.name).join('; ')}`,
  );
}

/** @param values [count, 40]. @returns the share of rows in which each attribute is present. */
function sharesOf(
  values: ArrayLike<number>,
  count: number,
  present: (value: number, attribute: number) => boolean,
): number[] {
  const counts = new Array<number>(attributeNames.length).fill(0);
  for (let at = 0; at < values.length; at++) {
    const attribute = at % attributeNames.length;
    if (present(values[at]!, attribute)) counts[attribute]!++;
  }
  return counts.map(each => each / Math.max(1, count));
}
