// Runs every stage in order from one preset: from a folder of pictures to edited faces.
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../../core/errors.ts';
import { ganModel } from '../../../core/models/gan-kinds.ts';
import { checkSplits, openDataset } from '../../artefacts/dataset.ts';
import { readGenerator } from '../../artefacts/networks.ts';
import { openDevice } from '../../devices/device.ts';
import { explainingDiskErrors } from '../../files/disk-errors.ts';
import { writeJson } from '../../files/files.ts';
import type { JsonObject } from '../../files/json-lines.ts';
import { contentOf, exists } from '../../files/places.ts';
import { type Column, textTable } from '../../presentation/table.ts';
import { openRun } from '../../runs/run-folder.ts';
import { bundle } from '../bundle/stage.ts';
import { calibrate } from '../calibrate/stage.ts';
import { edit } from '../edit/stage.ts';
import { evaluateEdits } from '../evaluate-edits/stage.ts';
import { evaluateGenerator } from '../evaluate-generator/stage.ts';
import { fit } from '../fit/stage.ts';
import { deviceOptions, largestSeed, pathOption, runOptions, seedOption } from '../framework/options.ts';
import { defineStage, type Stage, type StageContext, type Step, withPreset } from '../framework/stage.ts';
import { findFaceFolder } from '../prepare/face-folder.ts';
import { prepare, sourceOf, sourceOptions } from '../prepare/stage.ts';
import { report } from '../report/stage.ts';
import { synthesize } from '../synthesize/stage.ts';
import { trainClassifier } from '../train-classifier/stage.ts';
import { trainEncoder } from '../train-encoder/stage.ts';
import { trainGan } from '../train-gan/stage.ts';
import { pipelineFolders, reportFile, summaryFile } from './folders.ts';
import { presetNames, presets, type StageOptions } from './presets.ts';

const options = z.strictObject({
  preset: z.enum(presetNames).default('quick').describe(describePresets()),
  ...sourceOptions,
  generator: pathOption()
    .optional()
    .describe("run folder of train gan at the preset's resolution, to use instead of training one"),
  ...deviceOptions,
  ...runOptions,
  seed: seedOption(largestSeed - 1), // the judge has the next one
  out: pathOption().describe('folder that will hold one run folder a stage'),
  resume: z
    .boolean()
    .default(false)
    .describe('keep the stages that are finished and unchanged, and continue the interrupted one'),
});

/** The cost of one stage, over all its sittings. */
interface Cost {
  readonly stage: string;
  readonly seconds: number;
  readonly peakMemoryMB: number;
}

const costColumns: readonly Column<Cost>[] = [
  { title: 'stage', value: row => row.stage },
  { title: 'seconds', value: row => row.seconds, decimals: 1 },
  { title: 'peak memory (MB)', value: row => row.peakMemoryMB, decimals: 0 },
];

/** Faces of a strip: the seeds from 0 on, uncurated. */
const facesInStrip = 6;
const stepsInStrip = 7;

export const pipeline = defineStage({
  name: 'pipeline',
  description: 'Run all stages from a folder of pictures to edited faces.',
  examples: [
    '--celeba ../celeba --out runs/quick',
    '--celeba ../celeba --out runs/quick --resume',
    '--celeba ../celeba --generator runs/gan --preset celeba-64 --out runs/mine',
    '--pictures my-faces --labels my-labels.csv --out runs/mine',
    '--preset smoke --celeba ../celeba --out runs/smoke --dry-run',
  ],
  options,
  steps: checkedSteps,
  async run(config, context) {
    await openDevice(config); // a missing device is reported before any work
    const steps = await checkedSteps(config);
    const { generator, preset } = config;
    if (generator !== undefined) {
      context.log.info(`train gan: left out, as ${generator} is given; the options of ${preset} for it do not apply`);
    }
    await makeFolder(config.out);
    const costs: Cost[] = [];
    const summaries = new Map<string, JsonObject>();
    const files: string[] = [];
    let lastRun = 0;
    for (const { stage, config: own, keptIfNewer } of steps) {
      const out = String(own.out);
      context.signal.throwIfAborted();
      if (!fileStages.has(stage)) {
        await stage.run(own, context);
        // The measures at the end need them, hours from now.
        if (stage === prepare && presets[preset].evaluateGenerator !== undefined) {
          checkSplits(await openDataset(out), 'train', 'test');
        }
        const { manifest, summary } = await openRun(out, stage.name);
        summaries.set(out, summary);
        costs.push({ stage: stage.name, seconds: manifest.seconds, peakMemoryMB: manifest.peakMemoryMB });
        lastRun = Math.max(lastRun, Date.parse(manifest.finished!));
      } else if (keptIfNewer && (await writtenAfter(out, lastRun))) {
        context.log.info(`${stage.name}: kept ${out}: it is newer than everything it is made from`);
        files.push(out);
      } else if (await madeIfPossible(() => stage.run(own, context), out, context)) {
        files.push(out);
      }
    }
    const summary = {
      out: config.out,
      preset: config.preset,
      seconds: costs.reduce((sum, cost) => sum + cost.seconds, 0),
      peakMemoryMB: Math.max(...costs.map(cost => cost.peakMemoryMB)),
      costs,
      samples: config.generator ?? join(config.out, pipelineFolders.generator),
      classifierTestAccuracy: summaries.get(join(config.out, pipelineFolders.classifier))?.testAccuracy,
      boundaries: summaries.get(join(config.out, pipelineFolders.boundaries))?.table,
      edits: summaries.get(join(config.out, pipelineFolders.evaluation))?.means,
      files,
    };
    await writeJson(join(config.out, summaryFile), summary);
    return summary;
  },
  print: ({ costs, files }) => [textTable(costColumns, costs), '', ...files].join('\n'),
});

/** @throws UserError for sources, a generator or a folder that no run of the pipeline could begin with. */
async function checkedSteps(config: z.output<typeof options>): Promise<Step[]> {
  await checkSource(config);
  const steps = stepsOf(config, await hasLayers(config));
  await checkFolder(config);
  return steps;
}

/** @throws UserError for pictures without labels: only the GAN could be trained. */
async function checkSource(config: z.output<typeof options>): Promise<void> {
  const folder = sourceOf(config);
  if (config.labels !== undefined) return;
  const parts = config.celeba === undefined ? undefined : await findFaceFolder(folder);
  if (parts?.labels !== undefined) return;
  throw new UserError(
    `the pipeline needs labels of the pictures of ${folder}: give --labels labels.csv, or run prepare and train gan alone`,
  );
}

/** Stages that write one file in seconds rather than a run folder. */
const fileStages: ReadonlySet<Stage> = new Set<Stage>([edit, report]);

function describePresets(): string {
  return presetNames.map(name => `${name}: ${presets[name].description}`).join('; ');
}

/**
 * @param hasLayers whether the generator is a style generator, in whose layers an encoder finds photos.
 * @returns every stage with the preset's options, and with those of the pipeline that it has too.
 */
function stepsOf(config: z.output<typeof options>, hasLayers = true): Step[] {
  const { trainEncoder: encoderOptions, ...preset } = presets[config.preset];
  const encoding = hasLayers ? encoderOptions : undefined;
  const { threads, device, seed, resume, force } = config;
  const { celeba, pictures, labels, skipMissing, crop } = config;
  // The preset's names of attributes, as those of its strips, are CelebA's.
  const ownNames = labels === undefined ? {} : { curve: [], matched: [] };
  const common = { threads, device, seed, resume, force };
  const file = (name: string) => join(config.out, name);
  const step = (stage: Stage, name: string, own: Readonly<Record<string, unknown>>): Step => {
    const asked = Object.entries({ ...common, ...own }).filter(([key]) => key in stage.options.shape);
    const config = stage.options.parse(withPreset(stage, { ...Object.fromEntries(asked), out: file(name) }));
    return { stage, config, keptIfNewer: resume && fileStages.has(stage) };
  };
  const [dataset, classifier] = [pipelineFolders.dataset, pipelineFolders.classifier].map(file);
  const generator = config.generator ?? file(pipelineFolders.generator);
  const [boundaries, made] = [pipelineFolders.boundaries, pipelineFolders.bundle].map(file);
  const judge = preset.judge === undefined ? {} : { judge: file(pipelineFolders.judge) };
  const quality = preset.evaluateGenerator === undefined ? {} : { quality: file(pipelineFolders.quality) };
  const encoder = encoding === undefined ? {} : { encoder: file(pipelineFolders.encoder) };
  const seeds = Array.from({ length: facesInStrip }, (_, face) => face);
  const strip = { bundle: made, seed: seeds, steps: stepsInStrip, force: true };
  return [
    step(prepare, pipelineFolders.dataset, { ...preset.prepare, celeba, pictures, labels, skipMissing, crop }),
    // The judge has another seed, so that it does not err where the classifier does. It comes first, since it chooses
    // the GAN's average.
    ...when(preset.judge, own => step(trainClassifier, pipelineFolders.judge, { seed: seed + 1, ...own, dataset })),
    ...(config.generator === undefined
      ? [step(trainGan, pipelineFolders.generator, { ...preset.trainGan, ...judge, dataset })]
      : []),
    step(trainClassifier, pipelineFolders.classifier, { ...preset.trainClassifier, dataset }),
    ...when(encoding, own => step(trainEncoder, pipelineFolders.encoder, { ...own, dataset, generator, classifier })),
    step(synthesize, pipelineFolders.synthesis, { ...preset.synthesize, generator, classifier }),
    step(fit, pipelineFolders.boundaries, { ...preset.fit, ...ownNames, synthesis: file(pipelineFolders.synthesis) }),
    ...when(preset.evaluateGenerator, own =>
      step(evaluateGenerator, pipelineFolders.quality, { ...own, ...judge, generator, dataset, classifier }),
    ),
    step(bundle, pipelineFolders.candidate, {
      name: config.preset,
      generator,
      classifier,
      boundaries,
      ...encoder,
      ...quality,
    }),
    step(calibrate, pipelineFolders.bundle, { ...preset.calibrate, ...judge, bundle: file(pipelineFolders.candidate) }),
    step(evaluateEdits, pipelineFolders.evaluation, { ...preset.evaluateEdits, ...judge, bundle: made }),
    ...(labels === undefined ? preset.strips : []).map(({ name, move, lock }) =>
      step(edit, `${name}.png`, { ...strip, move, lock }),
    ),
    step(report, reportFile, { runs: config.out, force: true }),
  ];
}

/**
 * @returns whether it is a style generator. @throws UserError for one of other images than the preset's.
 */
async function hasLayers({ generator: folder, preset }: z.output<typeof options>): Promise<boolean> {
  if (folder === undefined) return true;
  const { details } = await readGenerator(folder);
  const { resolution } = presets[preset].prepare;
  if (details.resolution !== resolution) {
    throw new UserError(
      `--generator must make images of the preset's ${resolution}×${resolution}; got ${details.resolution} with ` +
        `${folder}. Choose another --preset`,
    );
  }
  if (details.normalisation !== 'range') {
    throw new UserError(
      `--generator must make images of normalisation range, as the pipeline's classifiers see them; got ` +
        `${details.normalisation} with ${folder}. Train classifiers of it and run the stages one by one`,
    );
  }
  return ganModel(details).geometry === 'linear';
}

/** @returns the step, if the preset has options for it. */
function when(own: StageOptions | undefined, make: (own: StageOptions) => Step): Step[] {
  return own === undefined ? [] : [make(own)];
}

/** @throws UserError when the folder has content and neither --resume nor --force is given. */
async function checkFolder({ out, resume, force }: z.output<typeof options>): Promise<void> {
  if (!(await exists(out))) return;
  const names = await explainingDiskErrors('create', out, () => contentOf(out));
  if (names.length === 0) return;
  const own: ReadonlySet<string> = new Set([...Object.values(pipelineFolders), reportFile, summaryFile]);
  if (!names.some(name => own.has(name.replace(/\.(partial|lock|earlier)$/, '')))) {
    throw new UserError(
      `out must be a new folder or an earlier pipeline's; ${out} holds other files, such as ${names[0]}. Choose another folder`,
    );
  }
  if (resume || force) return;
  throw new UserError(
    `${out} is not empty; give --resume to go on with what is in it, --force to replace that, or choose another --out`,
  );
}

async function makeFolder(out: string): Promise<void> {
  await explainingDiskErrors('create', out, async () => {
    await mkdir(dirname(resolve(out)), { recursive: true });
    if (!(await exists(out))) await mkdir(out);
  });
}

/** The rule of `make`: a file is up to date when it is newer than what it is made from. @param time in milliseconds. */
async function writtenAfter(path: string, time: number): Promise<boolean> {
  return (await exists(path)) && (await stat(path)).mtimeMs > time;
}

/** Turns a user's error into a warning: a small model does not control every attribute, which is no reason to stop. */
async function madeIfPossible(make: () => Promise<unknown>, what: string, { log }: StageContext): Promise<boolean> {
  try {
    await make();
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const isOld = await exists(what);
    await rm(what, { force: true }); // it would show another model than the one beside it
    log.warn(`no ${what}${isOld ? ', and that of an earlier run is removed' : ''}: ${error.message}`);
    return false;
  }
}
