// The table of a `fit` run, the means over it, and what of it people are told.
import { join } from 'node:path';
import type { BoundaryMetrics } from '../../../core/directions/fit/boundary.ts';
import type { HandLabelledMetrics } from '../../../core/directions/fit/hand-labelled.ts';
import { countOf, firstFew } from '../../../core/errors.ts';
import { mean } from '../../../core/math/statistics.ts';
import {
  attributeOf,
  boundaryFiles,
  furtherDirections,
  isOfAttribute,
  type StoredFit,
} from '../../artefacts/boundaries.ts';
import { writeWhole } from '../../files/files.ts';
import { type Cell, type Column, csvTable } from '../../presentation/table.ts';
import type { Run } from '../../runs/run-folder.ts';

/**
 * A column that is empty where there is no boundary. @param readByHand what of labels by hand stands there, whose test is
 * cross-validation.
 */
function ofMetrics(
  title: string,
  read: (metrics: BoundaryMetrics) => Cell,
  readByHand: (metrics: HandLabelledMetrics) => Cell = () => null,
): Column<StoredFit> {
  return {
    title,
    value: fit => {
      const metrics = fit.controllable ? fit.boundary.metrics : null;
      if (metrics === null) return null;
      return 'test' in metrics ? read(metrics) : readByHand(metrics);
    },
  };
}

/** Metrics of a fit to scores; undefined where there is none, and for labels by hand. */
function metricsOf(fit: StoredFit): BoundaryMetrics | undefined {
  if (!fit.controllable || fit.boundary.metrics === null) return undefined;
  return 'test' in fit.boundary.metrics ? fit.boundary.metrics : undefined;
}

/** One row a direction; the first columns are those of the report's table. */
const columns: readonly Column<StoredFit>[] = [
  { title: 'attribute', value: attributeOf },
  ofMetrics(
    'data size',
    metrics => metrics.dataSize,
    byHand => byHand.labels,
  ),
  ofMetrics('training accuracy', metrics => metrics.training.accuracy),
  ofMetrics(
    'test accuracy',
    metrics => metrics.test.accuracy,
    byHand => byHand.accuracy,
  ),
  ofMetrics('f1', metrics => metrics.test.f1),
  ofMetrics(
    'majority baseline',
    metrics => metrics.test.majorityBaseline,
    byHand => byHand.majorityBaseline,
  ),
  ofMetrics(
    'balanced accuracy',
    metrics => metrics.test.balancedAccuracy,
    byHand => byHand.balancedAccuracy,
  ),
  ofMetrics('auc', metrics => metrics.test.auc),
  ofMetrics(
    'accuracy low',
    metrics => metrics.intervals.accuracy.low,
    byHand => byHand.interval.low,
  ),
  ofMetrics(
    'accuracy high',
    metrics => metrics.intervals.accuracy.high,
    byHand => byHand.interval.high,
  ),
  ofMetrics('f1 low', metrics => metrics.intervals.f1.low),
  ofMetrics('f1 high', metrics => metrics.intervals.f1.high),
  ofMetrics('held-out accuracy', metrics => metrics.heldOut.accuracy),
  ofMetrics('held-out majority baseline', metrics => metrics.heldOut.majorityBaseline),
  ofMetrics('held-out balanced accuracy', metrics => metrics.heldOut.balancedAccuracy),
  ofMetrics('held-out auc', metrics => metrics.heldOut.auc),
  ofMetrics('shuffled accuracy', metrics => metrics.shuffled?.accuracy),
  ofMetrics('stability', metrics => metrics.stability),
  ofMetrics('share of faces', metrics => metrics.positives / metrics.faces),
  ofMetrics('converged', ({ converged }) => (converged === undefined ? null : String(converged))),
  { title: 'controllable', value: fit => String(fit.controllable) },
  { title: 'reason', value: fit => (fit.controllable ? null : fit.reason) },
  { title: 'origin', value: fit => (fit.controllable ? fit.boundary.origin : null) },
];

/** @returns the table as data, empty cells as null. */
function tableRows(fits: readonly StoredFit[]): Record<string, unknown>[] {
  return fits.map(fit => Object.fromEntries(columns.map(({ title, value }) => [title, value(fit) ?? null])));
}

/** @returns means over the attributes that have a boundary, and of a figure those that have it; null where none has. */
export function means(fits: readonly StoredFit[]) {
  const fitted = fits.map(metricsOf).filter(metrics => metrics !== undefined);
  const meanOf = (read: (metrics: BoundaryMetrics) => number | undefined) => {
    // An AUC of faces all of one kind is NaN, and null where an earlier sitting of the run has written it.
    const figures = fitted.map(read).filter((value): value is number => Number.isFinite(value));
    return figures.length > 0 ? mean(figures) : null;
  };
  return {
    controllable: fits.filter(fit => fit.controllable).length,
    meanTrainingAccuracy: meanOf(metrics => metrics.training.accuracy),
    meanTestAccuracy: meanOf(metrics => metrics.test.accuracy),
    meanF1: meanOf(metrics => metrics.test.f1),
    meanAuc: meanOf(metrics => metrics.test.auc),
    meanHeldOutAccuracy: meanOf(metrics => metrics.heldOut.accuracy),
    meanHeldOutAuc: meanOf(metrics => metrics.heldOut.auc),
    meanShuffledAccuracy: meanOf(metrics => metrics.shuffled?.accuracy),
  };
}

/** Writes the table of all directions. @returns what a stage that makes boundaries tells of them, as in `FitResult`. */
export async function writeTable(run: Run, directions: readonly StoredFit[]) {
  await writeWhole(run.file(boundaryFiles.table), csvTable(columns, directions));
  const fits = directions.filter(isOfAttribute);
  const extra = furtherDirections(directions);
  return { ...means(fits), ...(extra.length > 0 && { extra }), table: tableRows(fits) };
}

/** @returns a line for each reason why attributes have no boundary, naming a few of them. */
export function missingBoundaries(fits: readonly StoredFit[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const fit of fits) {
    if (!fit.controllable) byReason.set(fit.reason, [...(byReason.get(fit.reason) ?? []), fit.attribute]);
  }
  return [...byReason].map(([reason, names]) => `no boundary of ${firstFew(names)}: ${reason}`);
}

/** @returns a line where support vector machines stopped before they came to their optimum. */
export function unconverged(fits: readonly StoredFit[]): string[] {
  const stopped = fits.filter(fit => metricsOf(fit)?.converged === false);
  if (stopped.length === 0) return [];
  return [
    `stopped before it converged: the boundary of ${firstFew(stopped.map(attributeOf))}. Give more --max-iterations`,
  ];
}

/** The result of a stage that makes boundaries. */
export interface FitResult extends ReturnType<typeof means> {
  readonly out: string;
  readonly faces: number;
  readonly field?: { readonly r2: number };
  readonly extra?: readonly { readonly attribute: string }[];
  readonly table: readonly Readonly<Record<string, unknown>>[];
}

/** A few lines: how many boundaries, how good they are, the best and the worst; all else is in the table's file. */
export function printFit(result: FitResult): string {
  const { out, faces, controllable, table, field, extra = [] } = result;
  const from = faces > 0 ? `, fitted to ${faces} faces` : '';
  const share = (value: unknown) => (typeof value === 'number' ? value.toFixed(3) : '–');
  const measured = table
    .filter(row => typeof row['test accuracy'] === 'number')
    .sort((a, b) => Number(b['test accuracy']) - Number(a['test accuracy']))
    .map(row => `${row.attribute} ${share(row['test accuracy'])}`);
  const means = `mean test accuracy ${share(result.meanTestAccuracy)}, F1 ${share(result.meanF1)}, AUC ${share(result.meanAuc)}`;
  return [
    `${out}: boundaries of ${controllable} of ${countOf(table.length, 'attributes')}${from}`,
    ...(measured.length > 0 ? [means] : []),
    ...(measured.length > 2 * mostExtremes
      ? [`best: ${measured.slice(0, mostExtremes).join(', ')}; worst: ${measured.slice(-mostExtremes).join(', ')}`]
      : measured),
    ...(field === undefined ? [] : [`field: predicts ${share(field.r2)} of the variance of scores`]),
    ...(extra.length > 0 ? [`beside these: ${extra.map(({ attribute }) => attribute).join(', ')}`] : []),
    `everything: ${join(out, boundaryFiles.table)}`,
  ].join('\n');
}

/** Attributes that are shown from either end of the table. */
const mostExtremes = 3;
