// Every figure of the report, in its order.
import type { Figure } from '../../../presentation/html.ts';
import type { Sources } from '../sources.ts';
import { datasetFigure, generatedFigure } from './attributes.ts';
import { cosinesFigure, editsFigure, groupsFigure, rescoringFigure } from './edits.ts';
import { ageFigure, groupStripsFigure, locksFigure, samplesFigure } from './faces.ts';
import { geometryFigure } from './geometry.ts';
import { qualityFigure } from './quality.ts';
import { sampleCurvesFigure } from './sample-curves.ts';
import { boundariesFigure, classifierFigure } from './tables.ts';
import { configurationFigure, curvesFigure, timingsFigure } from './training.ts';

/** Figures 1 to 8 as in the report, then what it does not have. */
export function partsOf(folder: string, sources: Sources): (() => Figure | Promise<Figure>)[] {
  return [
    () => datasetFigure(sources),
    () => generatedFigure(sources),
    () => geometryFigure(sources),
    () => samplesFigure(sources),
    () => ageFigure(sources),
    () => locksFigure(sources),
    () => boundariesFigure(sources),
    () => classifierFigure(sources),
    ...(fittedCurves(sources) ? [() => sampleCurvesFigure(sources.runs.boundaries)] : []),
    () => editsFigure(sources),
    () => rescoringFigure(sources),
    () => groupsFigure(sources),
    () => groupStripsFigure(sources),
    () => cosinesFigure(sources),
    ...(sources.runs.quality === undefined ? [] : [() => qualityFigure(sources.runs.quality!)]),
    () => curvesFigure(sources),
    () => timingsFigure(folder, sources),
    () => configurationFigure(sources),
  ];
}

function fittedCurves({ runs }: Sources): boolean {
  const { curve } = runs.boundaries.config;
  return Array.isArray(curve) && curve.length > 0;
}
