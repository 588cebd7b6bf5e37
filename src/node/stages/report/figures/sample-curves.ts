// Draws how much better boundaries get with more samples.
import type { LearningCurve, LearningCurvePoint } from '../../../../core/directions/fit/learning-curve.ts';
import { boundaryFiles } from '../../../artefacts/boundaries.ts';
import { readJson } from '../../../files/files.ts';
import { lineChart } from '../../../presentation/charts.ts';
import type { Figure } from '../../../presentation/html.ts';
import type { Source } from '../sources.ts';
import { readable } from './words.ts';

/** Curves that one chart can tell apart. */
const curvesAtMost = 3;

/** @param boundaries a run of `fit --curve`. */
export async function sampleCurvesFigure(boundaries: Source): Promise<Figure> {
  const curves = Object.entries(
    (await readJson(boundaries.file(boundaryFiles.curves))) as Record<string, LearningCurve>,
  ).filter(([, points]) => points.length > 0);
  const charts: string[] = [];
  for (const [y, read] of [
    ['balanced accuracy', (point: LearningCurvePoint) => point.balancedAccuracy],
    ['cosine with the normal of all samples', (point: LearningCurvePoint) => point.cosine],
  ] as const) {
    for (let first = 0; first < curves.length; first += curvesAtMost) {
      const some = curves.slice(first, first + curvesAtMost).map(([attribute, points]) => ({
        name: readable(attribute),
        points: points.map(point => ({ x: point.samples, y: read(point) })),
      }));
      const names = some.map(({ name }) => name).join(', ');
      charts.push(`<div>${lineChart({ x: 'samples', y, logarithmic: true }, some, `${y} by samples: ${names}`)}</div>`);
    }
  }
  return {
    title: 'Boundaries by the number of samples',
    body: `<div class="charts">${charts.join('\n')}</div>`,
    caption:
      'The same attributes fitted to the first 250, 500, 1000, … of their training samples and to all of them; measured ' +
      'on the same test samples. Where the curves are still rising, more faces would help.',
    command: boundaries.command,
  };
}
