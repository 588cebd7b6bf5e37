// Lists the figures of the report in their order.
import type { Figure } from '../../../presentation/html.ts';
import type { Sources } from '../sources.ts';
import { datasetFigure, generatedFigure } from './attributes.ts';
import { cosinesFigure, editsFigure, groupsFigure, rescoringFigure } from './edits.ts';
import { ageFigure, groupStripsFigure, knowsAge, locksFigure, samplesFigure } from './faces.ts';
import { geometryFigure } from './geometry.ts';
import { qualityFigure } from './quality.ts';
import { sampleCurvesFigure } from './sample-curves.ts';
import { boundariesFigure, classifierFigure } from './tables.ts';
import { configurationFigure, curvesFigure, timingsFigure } from './training.ts';

/** @returns a function for each figure: 1 to 8 as in the report "Face Tuning", then those that it does not have. */
export function drawingsOf(folder: string, sources: Sources): (() => Figure | Promise<Figure>)[] {
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
    // Women and men are told apart by the attribute that says so.
    ...(sources.editor.attributes.includes('Male') ? [() => groupsFigure(sources)] : []),
    ...(knowsAge(sources.editor) ? [() => groupStripsFigure(sources)] : []),
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
