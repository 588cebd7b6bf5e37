// Stage `fit`: finds in latent space the boundary of each attribute that the classifier sees in generated faces.
import { z } from 'zod';
import { attributeNames } from '../../core/attributes.ts';
import { type BoundaryFit, defaultBoundaryOptions as defaults } from '../../core/latent/boundary.ts';
import type { CurvePoint } from '../../core/latent/curve.ts';
import { inOrder } from '../data/in-order.ts';
import { boundaryFiles, keptBoundaries, writeBoundaries, writeBoundary } from '../io/boundaries.ts';
import { writeJson, writeWhole } from '../io/files.ts';
import { openRun, withRun } from '../io/run-folder.ts';
import { csvTable } from '../report/table.ts';
import type { FitAnswer, FitOrder, SharedFaces } from '../workers/fit-boundaries.ts';
import { startWorkers } from '../workers/pool.ts';
import { readFaces } from './fit-faces.ts';
import { columns, means, tableRows } from './fit-tables.ts';
import { pathOption, runOptions, threadsOption } from './options.ts';
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
  curve: z
    .array(z.enum(attributeNames))
    .default([])
    .describe('attributes that are also fitted to 250, 500, 1000, … samples, for curves.json'),
  threads: threadsOption('threads, each with an attribute at a time; the result is the same for any number'),
  ...runOptions,
});

export const fit = defineStage({
  name: 'fit',
  description: 'Fit one boundary per attribute to latents and logits of generated faces.',
  examples: [
    '--synthesis runs/synthesis --out runs/boundaries',
    '--synthesis runs/synthesis --out runs/table --samples all --curve Male,Young,Smiling',
  ],
  options,
  async run(config, { log, signal }) {
    const faces = await readFaces(await openRun(config.synthesis, 'synthesize'));
    const { synthesis, curve, threads, out, resume, force, ...boundaryOptions } = config;
    return withRun(out, { stage: 'fit', config, inputs: { synthesis }, resume, force, log }, async run => {
      const fits: BoundaryFit[] = await keptBoundaries(run);
      const orders = attributeNames.map((attribute, row) => ({ attribute, row, threshold: faces.thresholds[row]! }));
      const shared: SharedFaces = { ...faces, options: boundaryOptions };
      const workers = startWorkers<FitOrder, FitAnswer>('fit-boundaries', shared, { threads, signal });
      const progress = log.progress('fit', orders.length, 'attributes');
      const curves: Record<string, readonly CurvePoint[]> = {};
      try {
        const boundaries = orders.slice(fits.length).map(order => ({ ...order, what: 'boundary' as const }));
        for await (const answer of inOrder(boundaries, 2 * threads, workers.run)) {
          signal.throwIfAborted(); // also where the next answer is there already
          if (!('fit' in answer)) continue;
          const fitted = answer.fit;
          fits.push(fitted);
          await writeBoundary(run, fitted, faces.size);
          if (!fitted.controllable) log.warn(`${fitted.attribute} has no boundary: ${fitted.reason}`);
          progress.update(fits.length, orders[fits.length - 1]!.attribute);
        }
        progress.finish();
        const asked = orders.filter(({ attribute }) => curve.includes(attribute));
        const curveOrders = asked.map(order => ({ ...order, what: 'curve' as const }));
        for await (const answer of inOrder(curveOrders, 2 * threads, workers.run)) {
          if ('curve' in answer) curves[asked[Object.keys(curves).length]!.attribute] = answer.curve;
        }
      } finally {
        await workers.close();
      }
      await writeBoundaries(run, fits, faces.size);
      await writeWhole(run.file(boundaryFiles.table), csvTable(columns, fits));
      if (curve.length > 0) await writeJson(run.file(boundaryFiles.curves), curves);
      return { out, samples: config.samples, faces: faces.count, ...means(fits), table: tableRows(fits) };
    });
  },
});
