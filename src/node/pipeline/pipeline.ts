// Runs every stage in order from one preset: from a CelebA folder to edited faces.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { writeJson } from '../io/files.ts';
import { plainJson } from '../io/manifest.ts';
import { watchMemory } from '../io/memory.ts';
import { openRun } from '../io/run-folder.ts';
import { type Column, textTable } from '../report/table.ts';
import { bundle } from './bundle.ts';
import { edit } from './edit.ts';
import { fit } from './fit.ts';
import { deviceOptions, pathOption, runOptions } from './options.ts';
import { prepare } from './prepare.ts';
import { presetNames, presets, type StageOptions, type StripOptions } from './presets.ts';
import { defineStage, type Stage, type StageContext, type Summary } from './stage.ts';
import { synthesize } from './synthesize.ts';
import { trainClassifier } from './train-classifier.ts';
import { trainGan } from './train-gan.ts';

const options = z.strictObject({
  preset: z.enum(presetNames).default('quick').describe(describePresets()),
  celeba: pathOption().describe('CelebA folder in the official layout'),
  ...deviceOptions,
  ...runOptions,
  out: pathOption().describe('folder that will hold one run folder a stage'),
  resume: z
    .boolean()
    .default(false)
    .describe('keep the stages that are finished and unchanged, and continue the interrupted one'),
});

/** What one stage cost. */
interface Cost {
  readonly stage: string;
  readonly seconds: number;
  readonly peakMemoryMB: number;
  /** Whether a finished run was found and kept. */
  readonly reused: boolean;
}

const costColumns: readonly Column<Cost>[] = [
  { title: 'stage', value: row => row.stage },
  { title: 'seconds', value: row => row.seconds, decimals: 1 },
  { title: 'peak memory (MB)', value: row => row.peakMemoryMB, decimals: 0 },
];

/** Uncurated: the first faces of the seed. */
const facesInStrip = 6;
const stepsInStrip = 7;

export const pipeline = defineStage({
  name: 'pipeline',
  description: 'Run all stages from a CelebA folder to edited faces.',
  options,
  async run(config, context) {
    const preset = presets[config.preset];
    const folder = (name: string) => join(config.out, name);
    await mkdir(config.out, { recursive: true });
    const costs: Cost[] = [];
    const common = { threads: config.threads, seed: config.seed, resume: config.resume, force: config.force };
    const step = async (stage: Stage, name: string, own: StageOptions, inputs: StageOptions) => {
      const asked = { ...common, ...own, ...inputs, out: folder(name) };
      const known = Object.entries(asked).filter(([key]) => key in stage.options.shape);
      return runStep(stage, folder(name), Object.fromEntries(known), config.resume, context, costs);
    };
    const dataset = { dataset: folder('dataset') };
    await step(prepare, 'dataset', preset.prepare, { celeba: config.celeba });
    await step(trainGan, 'gan', preset.trainGan, dataset);
    const classifier = await step(trainClassifier, 'classifier', preset.trainClassifier, dataset);
    const networks = { generator: folder('gan'), classifier: folder('classifier') };
    await step(synthesize, 'synthesis', preset.synthesize, networks);
    const boundaries = await step(fit, 'boundaries', preset.fit, { synthesis: folder('synthesis') });
    await step(bundle, 'bundle', { name: config.preset }, { ...networks, boundaries: folder('boundaries') });
    const strips = await renderStrips(preset.strips, config, context, costs);
    const summary = {
      out: config.out,
      preset: config.preset,
      seconds: costs.reduce((sum, cost) => sum + cost.seconds, 0),
      peakMemoryMB: Math.max(...costs.map(cost => cost.peakMemoryMB)),
      costs,
      samples: folder('gan'),
      classifierTestAccuracy: classifier.testAccuracy,
      boundaries: boundaries.table,
      strips,
    };
    await writeJson(folder('summary.json'), summary);
    return summary;
  },
  print: summary =>
    [
      textTable(costColumns, summary.costs as Cost[]),
      '',
      ...(summary.strips as { path: string }[]).map(({ path }) => path),
    ].join('\n'),
});

function describePresets(): string {
  return presetNames.map(name => `${name}: ${presets[name].description}`).join('; ');
}

async function runStep(
  stage: Stage,
  out: string,
  asked: Record<string, unknown>,
  resume: boolean,
  context: StageContext,
  costs: Cost[],
): Promise<Summary> {
  context.signal.throwIfAborted();
  const config = stage.options.parse(asked);
  const finished = resume ? await finishedRun(out, stage.name, config) : undefined;
  if (finished !== undefined) {
    context.log.info(`${stage.name}: kept ${out}, it is finished`);
    costs.push({ stage: stage.name, seconds: 0, peakMemoryMB: 0, reused: true });
    return finished;
  }
  const memory = watchMemory();
  const begun = performance.now();
  try {
    return await stage.run(config, context);
  } finally {
    const peakMemoryMB = memory.stop().peakBytes / 2 ** 20;
    costs.push({ stage: stage.name, seconds: (performance.now() - begun) / 1000, peakMemoryMB, reused: false });
  }
}

/** The summary of a finished run with exactly these options, or undefined where there is none. */
async function finishedRun(out: string, stage: string, config: object): Promise<Summary | undefined> {
  const run = await openRun(out, stage).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
  const same = run !== undefined && isDeepStrictEqual(withoutHandling(run.config), withoutHandling(plainJson(config)));
  return same ? run.summary : undefined;
}

/** The options that say what is made; how an old folder is treated does not matter for that. */
function withoutHandling({ resume: _resume, force: _force, ...rest }: Record<string, unknown>): object {
  return rest;
}

/** An attribute that the small model does not control has no strip: its reason is told instead. */
async function renderStrips(
  strips: readonly StripOptions[],
  config: z.output<typeof options>,
  context: StageContext,
  costs: Cost[],
) {
  const made: { name: string; path: string; residuals?: unknown }[] = [];
  for (const { name, move, lock } of strips) {
    const path = join(config.out, `${name}.png`);
    const asked = {
      bundle: join(config.out, 'bundle'),
      seed: Array.from({ length: facesInStrip }, (_, face) => face),
      move,
      lock,
      steps: stepsInStrip,
      threads: config.threads,
      out: path,
      force: true,
    };
    try {
      const { residuals } = await runStep(edit, path, asked, false, context, costs);
      made.push({ name, path, residuals });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      context.log.warn(`no strip ${name}: ${error.message}`);
    }
  }
  return made;
}
