// The table of a `fit` run and the means over it.
import type { BoundaryMetrics } from '../../../core/directions/fit/boundary.ts';
import { mean } from '../../../core/math/statistics.ts';
import { attributeOf, type StoredFit } from '../../artefacts/boundaries.ts';
import type { Cell, Column } from '../../presentation/table.ts';

/** A column that is empty where there is no boundary. */
function ofMetrics(title: string, read: (metrics: BoundaryMetrics) => Cell): Column<StoredFit> {
  return {
    title,
    value: fit => {
      const metrics = metricsOf(fit);
      return metrics ? read(metrics) : null;
    },
  };
}

/** Metrics of a fit to scores; undefined where there is none, and for labels by hand. */
function metricsOf(fit: StoredFit): BoundaryMetrics | undefined {
  if (!fit.controllable || fit.boundary.metrics === null) return undefined;
  return 'test' in fit.boundary.metrics ? fit.boundary.metrics : undefined;
}

/** One row an attribute; the first columns are those of the report's table. */
export const columns: readonly Column<StoredFit>[] = [
  { title: 'attribute', value: attributeOf },
  ofMetrics('data size', metrics => metrics.dataSize),
  ofMetrics('training accuracy', metrics => metrics.training.accuracy),
  ofMetrics('test accuracy', metrics => metrics.test.accuracy),
  ofMetrics('f1', metrics => metrics.test.f1),
  ofMetrics('majority baseline', metrics => metrics.test.majorityBaseline),
  ofMetrics('balanced accuracy', metrics => metrics.test.balancedAccuracy),
  ofMetrics('auc', metrics => metrics.test.auc),
  ofMetrics('accuracy low', metrics => metrics.intervals.accuracy.low),
  ofMetrics('accuracy high', metrics => metrics.intervals.accuracy.high),
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
];

/** @returns the table as data, empty cells as null. */
export function tableRows(fits: readonly StoredFit[]): Record<string, unknown>[] {
  return fits.map(fit => Object.fromEntries(columns.map(({ title, value }) => [title, value(fit) ?? null])));
}

/** @returns means over the attributes that have a boundary; null where none has. */
export function means(fits: readonly StoredFit[]) {
  const fitted = fits.map(metricsOf).filter(metrics => metrics !== undefined);
  const meanOf = (read: (metrics: BoundaryMetrics) => number | undefined) => {
    const figures = fitted.map(read).filter(value => value !== undefined);
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
