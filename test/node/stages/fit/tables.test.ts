// The means of a `fit` run, over attributes that lack a figure too.
import { expect, test } from 'vitest';
import { fitBoundary } from '../../../../src/core/directions/fit/boundary.ts';
import { means } from '../../../../src/node/stages/fit/tables.ts';
import { plant } from '../../../core/directions/fit/planted.ts';

test('an attribute without an AUC hides no mean, and counts as none in a run that was resumed', () => {
  const { latents, size, logits } = plant(1, 2000, 8);
  const fit = fitBoundary('Smiling', latents, size, logits, { control: false });
  if (!fit.controllable) throw new Error(fit.reason);
  const { metrics } = fit.boundary;
  const unknown = { ...fit.boundary, metrics: { ...metrics, heldOut: { ...metrics.heldOut, auc: Number.NaN } } };
  const found = means([fit, { controllable: true, boundary: unknown }]);
  expect(found.meanHeldOutAuc).toBe(metrics.heldOut.auc);
  const kept = { ...unknown, metrics: JSON.parse(JSON.stringify(unknown.metrics)) };
  expect(means([fit, { controllable: true, boundary: kept }])).toEqual(found);
});
