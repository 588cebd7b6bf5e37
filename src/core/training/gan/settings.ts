// The settings of a GAN's training in one schema: the options of `train gan`, the fields of presets, and what they make.
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { channelOptions } from '../../models/channels.ts';
import { type GanArchitecture, ganKinds } from '../../models/gan-architecture.ts';
import { pgganFeatures } from '../../models/pggan/architecture.ts';
import { ganLosses, ganLossNames, ganLossOptions } from '../losses/losses.ts';
import { planOptions, type TrainingPlan } from './schedule.ts';
import type { GanTrainingConfig } from './trainer.ts';

export const ganSettingsSchema = z.object({
  kind: z
    .enum(ganKinds)
    .describe("pggan: the paper's generator; style: one whose layers an intermediate latent steers"),
  loss: z.enum(ganLossNames).describe(ganLossNames.map(name => `${name}: ${ganLosses[name].about}`).join('; ')),
  ...ganLossOptions,
  discriminatorSteps: z
    .int()
    .min(0)
    .describe('discriminator steps for each generator step; 0 trains both in one step, in three quarters of the time'),
  ...channelOptions,
  ...pgganFeatures,
  ...planOptions,
  beta1: z.number().min(0).max(0.999).describe("Adam's decay of the mean"),
  beta2: z.number().min(0).max(0.99999).describe("Adam's decay of the variance"),
  averages: z
    .array(z.number().positive())
    .describe(
      "half-lives of the generator's moving averages, in thousand images; none given: one average, the paper's " +
        '(0.999 for 16 images)',
    ),
  dataParallel: z
    .boolean()
    .describe('whether each thread takes a share of the minibatch, which is faster than all threads on all of it'),
});

export type GanSettings = Readonly<z.output<typeof ganSettingsSchema>>;

/** Settings that only PGGAN has, with the values that they must have for another kind. */
const pgganOnly = {
  normaliseLatents: true,
  activation: 'leaky-relu',
  generatorNorm: 'none',
  tanh: false,
  discriminatorNorm: 'none',
  equalised: true,
  fadeKimg: 0,
} as const;
export const withoutPggan: Pick<GanSettings, keyof typeof pgganOnly> = pgganOnly;

/** A setting that cannot act beside the others, and the settings that would let it. */
export interface IdleSetting {
  readonly name: keyof GanSettings;
  readonly needed: keyof GanSettings;
  /** The values of `needed` with which it acts, in words. */
  readonly values: string;
}

/** @returns the settings that change nothing as the others are. */
export function idleSettings(settings: GanSettings): IdleSetting[] {
  return [...idleInLoss(settings), ...idleInPlan(settings), ...idleInStatistic(settings)];
}

function idleInPlan({ growing, growKimg, minibatch, maxMinibatch, scaleGamma }: GanSettings): IdleSetting[] {
  const ofGrowth = [
    ...(['startResolution', 'growKimg', 'fadeKimg', 'stabiliseKimg'] as const),
    // A bound that every minibatch keeps, and a γ that is not scaled, come true without growing too.
    ...(maxMinibatch > minibatch ? (['maxMinibatch'] as const) : []),
    ...(scaleGamma ? (['scaleGamma'] as const) : []),
  ];
  if (!growing) return ofGrowth.map(name => ({ name, needed: 'growing', values: 'true' }));
  return growKimg.length === 0 ? [] : [{ name: 'stabiliseKimg', needed: 'growKimg', values: 'none' }];
}

function idleInStatistic({ minibatchStatistic }: GanSettings): IdleSetting[] {
  const needed = 'minibatchStatistic';
  return [
    ...(minibatchStatistic === 'stddev' ? [] : [{ name: 'statisticGroup', needed, values: 'stddev' } as const]),
    ...(minibatchStatistic === 'discrimination'
      ? []
      : [{ name: 'minibatchKernels', needed, values: 'discrimination' } as const]),
  ];
}

function idleInLoss(settings: GanSettings): IdleSetting[] {
  const ofOtherLosses = Object.keys(ganLossOptions).flatMap(option => {
    const losses = ganLossNames.filter(loss => option in ganLosses[loss].options);
    if (losses.includes(settings.loss)) return [];
    return { name: option as keyof GanSettings, needed: 'loss', values: losses.join(' or ') } as const;
  });
  const isKnown = settings.gammaKimg > 0 || ofOtherLosses.some(({ name }) => name === 'finalGamma');
  return isKnown ? ofOtherLosses : [...ofOtherLosses, { name: 'finalGamma', needed: 'gammaKimg', values: 'above 0' }];
}

function architectureOf(settings: GanSettings, resolution: number): GanArchitecture {
  const { latentSize, fmapBase, fmapDecay, fmapMax, minibatchStatistic, statisticGroup } = settings;
  const channels = { resolution, latentSize, fmapBase, fmapDecay, fmapMax };
  if (settings.kind === 'style') {
    for (const [name, value] of Object.entries(pgganOnly) as [keyof typeof pgganOnly, unknown][]) {
      if (settings[name] === value) continue;
      throw new UserError(
        `${name} must be ${value} for kind style, which leaves no choice; got ${settings[name]}. Leave it out ` +
          'with --preset style',
      );
    }
    if (minibatchStatistic === 'discrimination') {
      throw new UserError('minibatchStatistic must be none or stddev for kind style; got discrimination');
    }
    return { kind: 'style', ...channels, minibatchStatistic, statisticGroup };
  }
  const { normaliseLatents, activation, generatorNorm, tanh, discriminatorNorm, equalised } = settings;
  return {
    ...channels,
    ...{ normaliseLatents, activation, generatorNorm, tanh, discriminatorNorm, equalised },
    ...{ minibatchStatistic, statisticGroup, minibatchKernels: settings.minibatchKernels },
  };
}

function planOf(settings: GanSettings, resolution: number): TrainingPlan {
  const { growing, startResolution, kimg, learningRate, finalRate } = settings;
  const { fadeKimg, stabiliseKimg, growKimg, minibatch, maxMinibatch, warmupKimg, decay, decayKimg } = settings;
  return {
    startResolution: growing ? Math.min(startResolution, resolution) : resolution,
    resolution,
    ...{ fadeKimg, stabiliseKimg, growKimg, totalKimg: kimg },
    ...{ minibatch, maxMinibatch },
    ...{ learningRate, warmupKimg, decay, decayKimg, finalRate: finalRate || learningRate / 10 },
  };
}

/** @param resolution side of the finished images. @throws UserError for settings that do not fit together. */
export function trainingConfigOf(settings: GanSettings, resolution: number, seed: number): GanTrainingConfig {
  const { loss, beta1, beta2, discriminatorSteps, averages } = settings;
  return {
    architecture: architectureOf(settings, resolution),
    loss: ganLosses[loss].create(settings),
    adam: { beta1, beta2 },
    plan: planOf(settings, resolution),
    discriminatorSteps,
    averageHalfLives: averages,
    seed,
  };
}
