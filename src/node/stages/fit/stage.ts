// Stage `fit`: finds the boundary of each attribute in latent space, from generated faces and their scores.
import { z } from 'zod';
import { attributeIndex } from '../../../core/attributes.ts';
import { defaultBoundaryOptions as defaults, usualPrices } from '../../../core/directions/fit/boundary.ts';
import type { LearningCurve } from '../../../core/directions/fit/learning-curve.ts';
import { type SampleChoice, sampleChoices } from '../../../core/directions/fit/samples.ts';
import { UserError } from '../../../core/errors.ts';
import { mean } from '../../../core/math/statistics.ts';
import { defaultPsi } from '../../../core/models/latents.ts';
import type { StoredFit } from '../../artefacts/boundaries.ts';
import { boundaryFiles, keptBoundaries, writeBoundaries, writeBoundary } from '../../artefacts/boundaries.ts';
import { writeJson } from '../../files/files.ts';
import { type NamedFile, namedFiles, type Search } from '../../interop/interfacegan.ts';
import type { Log } from '../../log/log.ts';
import { openRun, type Run, withRun } from '../../runs/run-folder.ts';
import { inThreads } from '../../threads/threads.ts';
import { mapInOrder } from '../framework/map-in-order.ts';
import {
  conditionOption,
  exportOption,
  generatorOption,
  nameOption,
  pathOption,
  psiOption,
  runOptions,
  threadsOption,
} from '../framework/options.ts';
import { defineStage, type StageContext } from '../framework/stage.ts';
import { gatherDirections, readGiven } from './directions.ts';
import { checkExport, exportTo } from './export.ts';
import { type Faces, readFaces, readScoredFaces } from './faces.ts';
import { fitFieldTo } from './field.ts';
import { missingBoundaries, printFit, unconverged, writeTable } from './tables.ts';
import type { FitThread } from './thread.ts';

const options = z.strictObject({
  synthesis: pathOption().optional().describe('run folder of synthesize, whose faces are fitted to'),
  latents: pathOption()
    .optional()
    .describe("latents of faces from elsewhere, instead of --synthesis: InterFaceGAN's z.npy (N, d)"),
  scores: z
    .array(pathOption())
    .default([])
    .describe('scores of --latents: <attribute>_scores.npy (N, 1), folders of these, or one scores.npy (N, 40)'),
  import: z
    .array(pathOption())
    .default([])
    .describe(
      'boundaries to measure instead of fitting their attributes: <attribute>_boundary.npy (1, d), or folders of these',
    ),
  of: generatorOption(),
  labels: z
    .array(pathOption())
    .default([])
    .describe('labels by hand, one CSV an attribute: "seed,label" or "index,label", at least 30 faces with 0 or 1'),
  name: z.array(nameOption()).default([]).describe('name of the attribute of each of --labels'),
  psi: psiOption()
    .optional()
    .meta({ defaultInWords: `${defaultPsi} where the generator has it` })
    .describe('truncation at which the faces of --labels were looked at, where they go by seed'),
  condition: conditionOption(),
  export: exportOption('the boundaries and the faces they were fitted to,'),
  samples: z
    .enum(sampleChoices)
    .default(defaults.samples)
    .describe(
      'confident: the faces the classifier is surest about (InterFaceGAN); matched: sure ones in pairs that are alike in ' +
        'all other attributes, so that an edit brings less along; all: by threshold, for the table',
    ),
  matched: z
    .array(nameOption())
    .default([])
    .describe('attributes that are fitted to matched samples whatever --samples says: rare ones that bring much along'),
  ratio: z
    .number()
    .gt(0)
    .max(0.5)
    .default(defaults.ratio)
    .describe('faces of each class, as a share of all: so many with --samples confident, at most with matched'),
  C: z
    .number()
    .positive()
    .optional()
    .meta({ defaultInWords: `${usualPrices.matched} for matched samples, ${usualPrices.confident} otherwise` })
    .describe('price of a margin error in the support vector machine'),
  weights: z
    .enum(['equal', 'balanced'])
    .default(defaults.weights)
    .describe(
      'price of an error; equal: C for both classes (InterFaceGAN, the report); balanced: more for the rarer class',
    ),
  tolerance: z.number().positive().default(defaults.tolerance).describe('violation of optimality at which a fit ends'),
  maxIterations: z
    .int()
    .min(0)
    .default(defaults.maxIterations)
    .describe('passes over the samples at most; 0: 1,000 for --samples all, 5,000 otherwise'),
  repeats: z
    .int()
    .min(1)
    .max(100)
    .default(defaults.repeats)
    .describe('random splits that the intervals span, for --samples confident and matched'),
  control: z
    .boolean()
    .default(defaults.control)
    .describe('fit shuffled labels too, whose accuracy must be that of chance'),
  curve: z
    .array(nameOption())
    .default([])
    .describe('attributes that are also fitted to 250, 500, 1000, … samples, for curves.json'),
  field: z
    .boolean()
    .default(true)
    .describe('fit the field too, a small network of all scores, by which edits can hold locks along a curve'),
  threads: threadsOption('an attribute at a time'),
  ...runOptions,
});

type Config = z.output<typeof options>;

/** The options that people turn; the defaults suit the others. */
const common: readonly (keyof Config)[] = [
  ...(['synthesis', 'latents', 'scores', 'import', 'of', 'labels', 'name', 'psi', 'condition', 'export'] as const),
  ...(['samples', 'matched', 'curve', 'field', 'threads', 'out', 'seed', 'resume', 'force'] as const),
];

export const fit = defineStage({
  name: 'fit',
  description: 'Fit one boundary per attribute to latents and logits of generated faces.',
  examples: [
    '--synthesis runs/synthesis --out runs/boundaries',
    '--synthesis runs/synthesis --out runs/boundaries --matched Eyeglasses',
    '--synthesis runs/synthesis --out runs/table --samples all --curve Male,Young,Smiling',
    '--synthesis runs/synthesis --labels dimples.csv --name dimples --out runs/dimples',
    '--latents z.npy --scores interfacegan/scores --condition Young:Male --export exported --out runs/published',
  ],
  options,
  common,
  async run(config, context) {
    checkSources(config);
    const { log } = context;
    const faces = await openFaces(config, log);
    const scored = faces.rows.map(({ attribute }) => attribute);
    for (const attribute of config.curve) attributeIndex(attribute, scored, '--curve');
    for (const attribute of config.matched) attributeIndex(attribute, scored, '--matched');
    const imports = await importsOf(config, faces, log);
    const imported = imports.find(({ attribute }) => config.matched.includes(attribute));
    if (imported !== undefined) {
      throw new UserError(
        `--matched is of attributes that are fitted; the boundary of ${imported.attribute} is imported. Leave it out of one`,
      );
    }
    const wishes = { ...config, import: imports };
    const given = await readGiven(wishes, faces, log);
    const { out, resume, force } = config;
    if (config.export !== undefined) {
      const { synthesis = [], latents = [], scores, import: boundaries } = config;
      const names = new Set([...faces.rows, ...imports].map(({ attribute }) => attribute));
      const read = [synthesis, latents, scores, boundaries].flat();
      await checkExport(config.export, config.out, read, [...names, ...config.name]);
    }
    const inputs = await inputsOf(config, imports);
    const details = { stage: 'fit', options, config, inputs, resume, force, log, resumable: addedAfterFits };
    const result = await withRun(out, details, async run => {
      const fitted = await fitAll(run, faces, imports, config, context);
      const { directions, space } = gatherDirections(given, wishes, faces, fitted, log);
      await writeBoundaries(run, directions, space);
      const field = config.field ? await fitFieldTo(run, faces, config.seed, context) : undefined;
      return {
        out,
        samples: config.samples,
        faces: faces.count,
        ...(field && { field: { r2: mean(field.r2.filter(r2 => r2 !== null)) } }),
        ...(await writeTable(run, directions)),
      };
    });
    if (config.export !== undefined) await exportTo(config.export, out, faces);
    return result;
  },
  print: printFit,
});

/** Options of what is made when the attributes have been fitted: they may change while these fits are kept. */
const addedAfterFits = ['condition', 'labels', 'name', 'psi', 'curve', 'field', 'export'];

function checkSources({ synthesis, latents, scores, labels, name, psi, of, import: imported }: Config): void {
  const refuse = (rule: string): never => {
    throw new UserError(`${rule}. See face-tuning fit --help`);
  };
  if (synthesis !== undefined && latents !== undefined) refuse('fit takes faces of --synthesis or --latents, not both');
  if ((latents === undefined) !== (scores.length === 0)) refuse('--latents and --scores belong together');
  if (synthesis === undefined && latents === undefined) {
    refuse('fit needs faces, of --synthesis or of --latents with --scores; got none');
  }
  if (labels.length !== name.length) {
    refuse(`each file of --labels needs its --name; got ${labels.length} files and ${name.length} names`);
  }
  if (psi !== undefined && labels.length === 0)
    refuse(`--psi is of faces that --labels name by seed; got ${psi} alone`);
  if (of !== undefined && scores.length + imported.length === 0) {
    refuse(`--of chooses among files of --scores and --import; got ${of} alone`);
  }
}

async function openFaces(config: Config, log: Log): Promise<Faces> {
  const { synthesis, latents, scores } = config;
  return synthesis === undefined
    ? readScoredFaces(latents!, scores, log, searchOf(config))
    : readFaces(await openRun(synthesis, 'synthesize'));
}

/** `--of` chooses among scores and imported boundaries; where both are given, it may be meant for one of them. */
function searchOf({ of, scores, import: boundaries }: Config): Search {
  return { of, isOfOthers: scores.length > 0 && boundaries.length > 0 };
}

/** The boundaries that are measured instead of fitted. */
async function importsOf(config: Config, faces: Faces, log: Log): Promise<readonly NamedFile[]> {
  if (config.import.length === 0) return [];
  const { files, note } = await namedFiles(config.import, 'boundary', {
    ...searchOf(config),
    attributes: faces.attributes,
  });
  if (note !== undefined) log.warn(note);
  return files;
}

/** The runs and files that are read, for the manifest. */
async function inputsOf(config: Config, imports: readonly NamedFile[]): Promise<Record<string, string>> {
  const { synthesis, latents, scores, labels } = config;
  const scoreFiles = scores.length === 1 && scores[0]!.endsWith('.npy') ? scores : await scorePaths(config);
  return {
    ...(synthesis !== undefined && { synthesis }),
    ...(latents !== undefined && { latents }),
    ...Object.fromEntries(imports.map(({ attribute, path }) => [`import ${attribute}`, path])),
    ...Object.fromEntries(scoreFiles.map((path, i) => [`scores ${i}`, path])),
    ...Object.fromEntries(labels.map((path, i) => [`labels ${i}`, path])),
  };
}

async function scorePaths(config: Config): Promise<string[]> {
  const { scores } = config;
  return scores.length === 0
    ? []
    : (await namedFiles(scores, 'scores', searchOf(config))).files.map(({ path }) => path);
}

/** Fits every attribute that the faces are labelled with, except those that are imported. */
async function fitAll(
  run: Run,
  faces: Faces,
  imports: readonly NamedFile[],
  { curve, matched, threads, ...config }: Config,
  { log, signal }: StageContext,
): Promise<StoredFit[]> {
  const taken = imports.map(({ attribute }) => attribute);
  const all = faces.rows.map(({ attribute, threshold }, row) => {
    const samples: SampleChoice = matched.includes(attribute) ? 'matched' : config.samples;
    return { attribute, threshold, row, samples };
  });
  const orders = all.filter(({ attribute }) => !taken.includes(attribute));
  const fits = await keptBoundaries(run);
  const { ratio, C, weights, tolerance, maxIterations, repeats, control, seed } = config;
  const settings = { ratio, C, weights, tolerance, maxIterations, repeats, control, seed };
  const shared = { latents: faces.latents, size: faces.size, logits: faces.logits, options: settings };
  const workers = inThreads<FitThread>('stages/fit/thread', shared, { threads, signal, native: false });
  const progress = log.progress('fit', orders.length, 'attributes', fits.length);
  const curves: Record<string, LearningCurve> = {};
  try {
    const boundaries = orders.slice(fits.length).map(order => ({ ...order, what: 'boundary' as const }));
    for await (const answer of mapInOrder(boundaries, 2 * threads, workers.run)) {
      signal.throwIfAborted(); // also where the next answer is there already
      if (!('fit' in answer)) continue;
      fits.push(answer.fit);
      await writeBoundary(run, answer.fit);
      progress.update(fits.length, orders[fits.length - 1]!.attribute);
    }
    progress.finish();
    for (const line of [...missingBoundaries(fits), ...unconverged(fits)]) log.warn(line);
    const asked = all.filter(({ attribute }) => curve.includes(attribute));
    const curveOrders = asked.map(order => ({ ...order, what: 'curve' as const }));
    for await (const answer of mapInOrder(curveOrders, 2 * threads, workers.run)) {
      if ('curve' in answer) curves[asked[Object.keys(curves).length]!.attribute] = answer.curve;
    }
  } finally {
    await workers.close();
  }
  if (curve.length > 0) await writeJson(run.file(boundaryFiles.curves), curves);
  return fits;
}
