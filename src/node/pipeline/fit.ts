// Stage `fit`: finds in latent space the boundary of each attribute that the classifier sees in generated faces.
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { attributeNames } from '../../core/attributes.ts';
import { UserError } from '../../core/errors.ts';
import { checkShape, toFloat32 } from '../../core/formats/nd-array.ts';
import type { BoundaryFit, BoundaryMetrics } from '../../core/latent/boundary.ts';
import { defaultBoundaryOptions as defaults, fitBoundary } from '../../core/latent/boundary.ts';
import { mean } from '../../core/math/statistics.ts';
import { boundaryFiles, writeBoundaries } from '../io/boundaries.ts';
import { readJson, readNpy, writeWhole } from '../io/files.ts';
import { type FinishedRun, openRun, withRun } from '../io/run-folder.ts';
import { type Cell, type Column, csvTable } from '../report/table.ts';
import { pathOption, runOptions } from './options.ts';
import { defineStage } from './stage.ts';

const options = z.strictObject({
  synthesis: pathOption().describe('run folder of synthesize'),
  samples: z
    .enum(['confident', 'all'])
    .default(defaults.samples)
    .describe('confident: the faces the classifier is surest about, for edits; all: by threshold, for the table'),
  ratio: z
    .number()
    .gt(0)
    .max(0.5)
    .default(defaults.ratio)
    .describe('share of all faces that confident takes from each end of the ranking by logit'),
  C: z.number().positive().default(defaults.C).describe('price of a margin error in the support vector machine'),
  tolerance: z.number().positive().default(defaults.tolerance).describe('violation of optimality at which a fit ends'),
  maxIterations: z
    .int()
    .min(0)
    .default(defaults.maxIterations)
    .describe('passes after which a fit ends in any case; 0: 5,000 for confident, 1,000 for all'),
  repeats: z.int().min(1).max(100).default(defaults.repeats).describe('splits of confident that the intervals span'),
  control: z.boolean().default(defaults.control).describe('fit shuffled labels too: they must come out at chance'),
  ...runOptions,
});

export const fit = defineStage({
  name: 'fit',
  description: 'Fit one boundary per attribute to latents and logits of generated faces.',
  examples: [
    '--synthesis runs/synthesis --out runs/boundaries',
    '--synthesis runs/synthesis --out runs/table --samples all',
  ],
  options,
  async run(config, { log, signal }) {
    const faces = await readFaces(await openRun(config.synthesis, 'synthesize'));
    const { synthesis, out, resume, force, ...boundaryOptions } = config;
    return withRun(out, { stage: 'fit', config, inputs: { synthesis }, resume, force, log }, async run => {
      await run.rewind(() => false); // fits are quick: an interrupted run begins again
      const fits: BoundaryFit[] = [];
      const progress = log.progress('fit', attributeNames.length, 'attributes');
      for (const [i, attribute] of attributeNames.entries()) {
        const threshold = faces.thresholds[i]!;
        const logits = Float32Array.from(
          { length: faces.count },
          (_, n) => faces.logits[n * attributeNames.length + i]!,
        );
        const fitted = fitBoundary(attribute, faces.latents, faces.size, logits, { ...boundaryOptions, threshold });
        fits.push(fitted);
        run.metrics(fitted.controllable ? { attribute, ...fitted.boundary.metrics } : fitted);
        if (!fitted.controllable) log.warn(`${attribute} has no boundary: ${fitted.reason}`);
        progress.update(i + 1, attribute);
        await setImmediate(); // a fit never waits: this is where Ctrl-C is heard
        signal.throwIfAborted();
      }
      progress.finish();
      await writeBoundaries(run, fits, faces.size);
      await writeWhole(run.file(boundaryFiles.table), csvTable(columns, fits));
      return { out, samples: config.samples, faces: faces.count, ...means(fits), table: tableRows(fits) };
    });
  },
});

const synthesisSchema = z.object({ thresholds: z.array(z.number()).length(attributeNames.length) });

/** Latents [count, size] as the generator sees them, logits [count, 40], and the classifier's thresholds. */
async function readFaces(run: FinishedRun) {
  const details = synthesisSchema.safeParse(await readJson(run.file('synthesis.json')));
  if (!details.success) {
    throw new UserError(`${run.file('synthesis.json')} must hold 40 thresholds. Run synthesize again`);
  }
  const latents = await readNpy(run.file('z.npy'));
  checkShape(latents, [null, null], run.file('z.npy'));
  const [count, size] = latents.shape as [number, number];
  const logits = await readNpy(run.file('logits.npy'));
  checkShape(logits, [count, attributeNames.length], run.file('logits.npy'));
  const faces = { count, size, latents: toFloat32(latents.data), logits: toFloat32(logits.data) };
  for (const name of ['latents', 'logits'] as const) {
    if (faces[name].every(Number.isFinite)) continue;
    throw new UserError(`the ${name} of ${run.folder} must be finite numbers; some are not. Run synthesize again`);
  }
  return { ...faces, thresholds: details.data.thresholds };
}

/** A column that is empty where there is no boundary. */
function figure(title: string, read: (metrics: BoundaryMetrics) => Cell): Column<BoundaryFit> {
  return { title, value: fit => (fit.controllable ? read(fit.boundary.metrics) : null) };
}

/** One row an attribute; the first columns are those of the report's table. */
const columns: readonly Column<BoundaryFit>[] = [
  { title: 'attribute', value: fit => (fit.controllable ? fit.boundary.attribute : fit.attribute) },
  figure('data size', metrics => metrics.dataSize),
  figure('training accuracy', metrics => metrics.training.accuracy),
  figure('test accuracy', metrics => metrics.test.accuracy),
  figure('f1', metrics => metrics.test.f1),
  figure('majority baseline', metrics => metrics.test.majorityBaseline),
  figure('balanced accuracy', metrics => metrics.test.balancedAccuracy),
  figure('auc', metrics => metrics.test.auc),
  figure('accuracy low', metrics => metrics.intervals.accuracy.low),
  figure('accuracy high', metrics => metrics.intervals.accuracy.high),
  figure('f1 low', metrics => metrics.intervals.f1.low),
  figure('f1 high', metrics => metrics.intervals.f1.high),
  figure('held-out accuracy', metrics => metrics.heldOut.accuracy),
  figure('held-out majority baseline', metrics => metrics.heldOut.majorityBaseline),
  figure('held-out balanced accuracy', metrics => metrics.heldOut.balancedAccuracy),
  figure('held-out auc', metrics => metrics.heldOut.auc),
  figure('shuffled accuracy', metrics => metrics.shuffled?.accuracy),
  figure('stability', metrics => metrics.stability),
  figure('share of faces', metrics => metrics.positives / metrics.faces),
  figure('converged', metrics => String(metrics.converged)),
  { title: 'controllable', value: fit => String(fit.controllable) },
  { title: 'reason', value: fit => (fit.controllable ? null : fit.reason) },
];

/** The table as data, empty cells as null. */
function tableRows(fits: readonly BoundaryFit[]): Record<string, unknown>[] {
  return fits.map(fit => Object.fromEntries(columns.map(({ title, value }) => [title, value(fit) ?? null])));
}

/** Over the attributes that have a boundary; null where none has. */
function means(fits: readonly BoundaryFit[]) {
  const fitted = fits.flatMap(fit => (fit.controllable ? [fit.boundary.metrics] : []));
  const meanOf = (read: (metrics: BoundaryMetrics) => number | undefined) => {
    const figures = fitted.map(read).filter(value => value !== undefined);
    return figures.length > 0 ? mean(figures) : null;
  };
  return {
    controllable: fitted.length,
    meanTrainingAccuracy: meanOf(metrics => metrics.training.accuracy),
    meanTestAccuracy: meanOf(metrics => metrics.test.accuracy),
    meanF1: meanOf(metrics => metrics.test.f1),
    meanAuc: meanOf(metrics => metrics.test.auc),
    meanHeldOutAccuracy: meanOf(metrics => metrics.heldOut.accuracy),
    meanHeldOutAuc: meanOf(metrics => metrics.heldOut.auc),
    meanShuffledAccuracy: meanOf(metrics => metrics.shuffled?.accuracy),
  };
}
