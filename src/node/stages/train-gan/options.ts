// The options of `train gan`, whose defaults come from the preset, and the training configuration they make.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { UserError } from '../../../core/errors.ts';
import { normalisationNames } from '../../../core/images/colour.ts';
import { sideSchema } from '../../../core/models/channels.ts';
import { ganModel } from '../../../core/models/gan-kinds.ts';
import { statisticGroupOf } from '../../../core/nn/minibatch.ts';
import { ganPresetNames, ganPresets } from '../../../core/training/gan/presets.ts';
import { grownKimg, kimgAt, minibatchAt, type TrainingPlan } from '../../../core/training/gan/schedule.ts';
import {
  type GanSettings,
  ganSettingsSchema,
  idleSettings,
  trainingConfigOf,
} from '../../../core/training/gan/settings.ts';
import type { GanProgress, GanTrainingConfig } from '../../../core/training/gan/trainer.ts';
import { flagOf } from '../framework/option-schema.ts';
import { deviceOptions, pathOption, presetOf, runOptions } from '../framework/options.ts';

/** Each setting with the preset `cpu`'s value as its default. */
type Defaulted<Shape extends z.ZodRawShape> = { readonly [Key in keyof Shape]: z.ZodDefault<Shape[Key]> };

function withDefaults<Shape extends z.ZodRawShape>(shape: Shape, values: Readonly<Record<string, unknown>>) {
  const entries = Object.entries(shape) as [string, z.ZodType][];
  return Object.fromEntries(
    entries.map(([name, schema]) => {
      const described = schema.default(values[name]).describe(schema.description ?? '');
      const { values: words } = (schema.meta() ?? {}) as { values?: string };
      return [name, words === undefined ? described : described.meta({ ...described.meta(), values: words })];
    }),
  ) as unknown as Defaulted<Shape>;
}

export const ganOptions = z.strictObject({
  dataset: pathOption().describe('run folder of prepare'),
  preset: z
    .enum(ganPresetNames)
    .default('cpu')
    .describe(
      'values of the options that are not given: cpu for small machines; style for a style generator and a long ' +
        'training; a to h and e-star for the rows of Table 1 of Karras et al. 2018 with their channels; report for b ' +
        'with minibatches of 32',
    ),
  resolution: sideSchema
    .optional()
    .describe("side of the finished images, at most the dataset's; left out: the dataset's"),
  normalisation: z
    .enum(normalisationNames)
    .optional()
    .describe(
      "range: images as they are; chromaticity: each colour's share of R + G + B, without brightness; left out: range",
    ),
  ...withDefaults(ganSettingsSchema.shape, ganPresets.cpu),
  fallKimg: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'thousand images over which the rate falls from now on, at the start or at a --resume, until training ends; 0: ' +
        'no fall',
    ),
  balance: z
    .boolean()
    .default(false)
    .describe(
      "show images of rare attributes (glasses, hats, bald or grey heads, beards, ties, and any of one's own) up to 3 " +
        'times as often',
    ),
  tickKimg: z.number().positive().default(5).describe('thousand images between sample grids and checkpoints'),
  measureKimg: z
    .number()
    .min(0)
    .default(20)
    .describe('thousand images between measurements of SWD and MS-SSIM on a small sample, from 16×16 on; 0: none'),
  judge: pathOption()
    .optional()
    .describe(
      'run folder of train classifier, in whose features each measurement takes the Fréchet distance of every moving ' +
        'average; the best one becomes the generator; left out: the first average at the end does',
    ),
  keep: z.int().min(1).default(2).describe('latest checkpoints that are kept while training goes on'),
  startFrom: pathOption()
    .optional()
    .describe(
      'checkpoint to go on from, for fine-tuning; its images count as shown. Of style networks with fewer channels the ' +
        'wider ones begin by computing the same',
    ),
  ...deviceOptions,
  ...runOptions,
});
export type GanOptions = z.output<typeof ganOptions>;

/** The options that people turn; the preset's values suit the others. */
export const commonGanOptions: readonly (keyof GanOptions)[] = [
  ...(['dataset', 'out', 'preset', 'resolution', 'kimg', 'minibatch', 'fmapBase', 'learningRate'] as const),
  ...([
    'judge',
    'balance',
    'tickKimg',
    'fallKimg',
    'startFrom',
    'device',
    'threads',
    'seed',
    'resume',
    'force',
  ] as const),
];

/** Options that a resumed training may be given anew: how long it goes on, and what is shown and told of it. */
export const resumableGanOptions = [
  ...['kimg', 'fallKimg', 'balance', 'tickKimg', 'measureKimg', 'judge', 'keep'],
  'threads', // the result then repeats only with the same numbers at the same places
];

/** @returns the settings of the preset that a configuration names. */
export function ganPreset(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return presetOf(ganPresets, config);
}

/** @throws UserError for an option that differs from the preset's and cannot act beside the others. */
export function checkAllAct(config: GanOptions): void {
  const preset = ganPresets[config.preset];
  for (const { name, needed, values } of idleSettings(config as GanSettings)) {
    if (isDeepStrictEqual(config[name], preset[name])) continue;
    throw new UserError(
      `${flagOf(name)} does nothing with ${flagOf(needed)} ${config[needed]}; got ${config[name]}. Leave it out, or ` +
        `give ${flagOf(needed)} ${values}`,
    );
  }
}

/**
 * @returns shares of every minibatch that are computed side by side: as many as threads, or fewer where the minibatches,
 *   or the groups of images in them that the networks see together, do not divide by that. A GPU is kept busy by one.
 */
export function shareCount(
  { device, threads }: Pick<GanOptions, 'device' | 'threads'>,
  { plan, architecture }: Pick<GanTrainingConfig, 'plan' | 'architecture'>,
): number {
  const { imagesTogether } = ganModel(architecture);
  const fits = (count: number) => {
    for (let side = plan.resolution; side >= plan.startResolution; side /= 2) {
      const share = minibatchAt(side, plan) / count;
      if (!Number.isInteger(share) || (count > 1 && share % imagesTogether !== 0)) return false;
    }
    return true;
  };
  let count = device === 'cpu' ? threads : 1;
  while (!fits(count)) count--;
  return count;
}

/** @param available side of the dataset's images. @throws UserError when more is asked for, or too short a training. */
export function ganTrainingConfig(config: GanOptions, available: number): GanTrainingConfig {
  const { resolution = available } = config;
  if (resolution > available) {
    throw new UserError(
      `--resolution must be at most the dataset's ${available}; got ${resolution}. Prepare a larger dataset`,
    );
  }
  const training = trainingConfigOf(config as GanSettings, resolution, config.seed);
  const needed = grownKimg(training.plan);
  if (!isGrownAt(config.kimg, training.plan)) {
    const takes = config.fadeKimg === 0 ? `${needed} and a step` : needed;
    throw new UserError(
      `--kimg ${config.kimg} ends before the networks have grown to ${resolution}×${resolution}, which takes ${takes}; ` +
        'give more --kimg, or less --fade-kimg and --stabilise-kimg (or --grow-kimg)',
    );
  }
  const { fadeKimg, growKimg, learningRate, finalRate } = config;
  const { plan } = training;
  for (let side = 2 * plan.startResolution; growKimg.length > 0 && side < plan.resolution; side *= 2) {
    const shown = kimgAt(side, plan);
    if (shown >= fadeKimg) continue;
    throw new UserError(
      `--grow-kimg ${shown} must be at least the --fade-kimg ${fadeKimg} among them; give more, or less --fade-kimg`,
    );
  }
  checkStatisticGroups(config, plan);
  if (finalRate > learningRate) {
    throw new UserError(
      `--final-rate must be at most --learning-rate ${learningRate}; got ${finalRate}. Give a smaller one too`,
    );
  }
  if (config.dataParallel) checkShares(config);
  return training;
}

/** @throws UserError where a minibatch only divides into groups of one image, whose deviation is always 0. */
function checkStatisticGroups({ minibatchStatistic, statisticGroup }: GanOptions, plan: TrainingPlan): void {
  if (minibatchStatistic !== 'stddev' || statisticGroup === 1) return;
  for (let side = plan.startResolution; side <= plan.resolution; side *= 2) {
    const minibatch = minibatchAt(side, plan);
    if (statisticGroupOf(minibatch, statisticGroup) > 1) continue;
    throw new UserError(
      `--minibatch-statistic stddev needs equal groups of 2 images or more; a minibatch of ${minibatch} has none of up to ` +
        `${statisticGroup || minibatch}. Give another size, or --minibatch-statistic none`,
    );
  }
}

/** @throws UserError where no share of a minibatch can be computed alone. */
function checkShares({ discriminatorSteps, generatorNorm }: GanOptions): void {
  if (discriminatorSteps !== 0) {
    throw new UserError(
      `--data-parallel needs both networks in one step, --discriminator-steps 0; got ${discriminatorSteps}`,
    );
  }
  if (generatorNorm === 'batch') {
    throw new UserError('--data-parallel keeps no running statistics; got --generator-norm batch. Choose another');
  }
}

/** Whether the networks are whole after so many thousand images: without a fade, their last block comes with a step. */
function isGrownAt(kimg: number, plan: TrainingPlan): boolean {
  const left = grownKimg(plan) - kimg;
  const tolerance = 1e-9; // of a sum of thousands
  return plan.startResolution < plan.resolution && plan.fadeKimg === 0 ? left < -tolerance : left <= tolerance;
}

/**
 * @param progress of the checkpoint that the training goes on from; undefined at the start.
 * @throws UserError for a fall that ends the training before the networks have grown, and for another than was begun.
 */
export function checkFall(
  fallKimg: number,
  { imagesShown = 0, fall }: Partial<Pick<GanProgress, 'imagesShown' | 'fall'>> = {},
  { plan }: Pick<GanTrainingConfig, 'plan'>,
): void {
  if (fallKimg === 0) return;
  if (fall !== undefined) {
    const begun = Math.round(1e6 * (fall.endKimg - fall.startKimg)) / 1e6;
    if (fallKimg === begun) return;
    throw new UserError(`--fall-kimg ${begun} was begun before; got ${fallKimg}. Give ${begun} again, or leave it out`);
  }
  const needed = grownKimg(plan);
  const shown = imagesShown / 1000;
  if (isGrownAt(shown + fallKimg, plan)) return;
  throw new UserError(
    `--fall-kimg ${fallKimg} would end the training before the networks have grown, which takes ${needed} thousand images ` +
      `(${shown} are shown); give at least ${Math.floor(needed - shown) + 1}`,
  );
}
