// The options of `train gan`, whose defaults come from the preset, and the training configuration they make.
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { normalisationNames } from '../../core/models/normalisation.ts';
import { ganPresetNames, ganPresets } from '../../core/training/gan-presets.ts';
import type { GanTrainingConfig } from '../../core/training/gan-trainer.ts';
import { deviceOptions, pathOption, resolutionOption, runOptions } from './options.ts';

const { cpu } = ganPresets;
const kimg = (fallback: number) => z.number().min(0).default(fallback);

export const ganOptions = z.strictObject({
  dataset: pathOption().describe('run folder of prepare'),
  preset: z
    .enum(ganPresetNames)
    .default('cpu')
    .describe(
      'what options are by default: cpu is ours for small machines; a to h and e-star are the rows of Table 1 of ' +
        'Karras et al. 2018 with their channels, report is b with minibatches of 32',
    ),
  resolution: resolutionOption()
    .optional()
    .describe("side of the finished images, up to the dataset's; left out: that"),
  normalisation: z
    .enum(normalisationNames)
    .optional()
    .describe(
      "range: images as they are; chromaticity: each colour's share of R + G + B, so without brightness; left out: range",
    ),
  loss: z
    .enum(['logistic-r1', 'relativistic-r1-r2', 'wgan-gp'])
    .default(cpu.loss)
    .describe(
      "wgan-gp is the paper's; logistic-r1 takes about half the work, relativistic-r1-r2 a little more than that, but " +
        'makes more kinds of faces in a long training',
    ),
  gamma: z.number().min(0).default(cpu.gamma).describe('weight of the penalty (both logistic losses)'),
  penaltyInterval: z
    .int()
    .min(1)
    .default(cpu.penaltyInterval)
    .describe('discriminator steps between penalties (both logistic losses)'),
  lambda: z.number().min(0).default(cpu.lambda).describe('weight of the gradient penalty (wgan-gp)'),
  drift: z.number().min(0).default(cpu.drift).describe('weight of the squared real score (wgan-gp)'),
  discriminatorSteps: z
    .int()
    .min(0)
    .default(cpu.discriminatorSteps)
    .describe('discriminator steps for each generator step; 0 trains both in one step, in three quarters of the time'),
  latentSize: z.int().min(1).max(4096).default(cpu.latentSize).describe('length d of the latent'),
  normaliseLatents: z
    .boolean()
    .default(cpu.normaliseLatents)
    .describe('whether the generator brings latents to length √d first'),
  fmapBase: z
    .number()
    .min(1)
    .default(cpu.fmapBase)
    .describe('scale of the channel counts: 2·fmapBase/side at each side'),
  fmapDecay: z.number().min(0).default(cpu.fmapDecay).describe('how fast channel counts fall with the side'),
  fmapMax: z.int().min(1).default(cpu.fmapMax).describe('upper bound of the channel counts'),
  activation: z.enum(['relu', 'leaky-relu']).default(cpu.activation).describe("of the generator's layers"),
  generatorNorm: z.enum(['none', 'batch', 'pixel']).default(cpu.generatorNorm).describe('normalisation of its layers'),
  tanh: z.boolean().default(cpu.tanh).describe('whether generated images pass through tanh'),
  discriminatorNorm: z
    .enum(['none', 'layer'])
    .default(cpu.discriminatorNorm)
    .describe("normalisation of the discriminator's layers"),
  equalised: z
    .boolean()
    .default(cpu.equalised)
    .describe("equalised learning rate: weights are scaled at run time; off: He's initialisation"),
  minibatchStatistic: z
    .enum(['none', 'stddev', 'discrimination'])
    .default(cpu.minibatchStatistic)
    .describe('how the discriminator sees a lack of variety in a minibatch'),
  statisticGroup: z
    .int()
    .min(0)
    .default(cpu.statisticGroup)
    .describe('images whose deviation is taken together (stddev); 0 for the whole minibatch'),
  minibatchKernels: z.int().min(1).default(cpu.minibatchKernels).describe('kernels of minibatch discrimination'),
  growing: z.boolean().default(cpu.growing).describe('whether the networks grow from 4×4, or begin at full resolution'),
  fadeKimg: kimg(cpu.fadeKimg).describe('thousand images shown while a new resolution fades in'),
  stabiliseKimg: kimg(cpu.stabiliseKimg).describe('thousand images shown at each resolution after its fade'),
  kimg: kimg(cpu.kimg).describe('thousand real images shown in all'),
  decayKimg: kimg(cpu.decayKimg).describe('thousand images at the end over which the learning rate falls to a tenth'),
  minibatch: z.int().min(1).default(cpu.minibatch).describe('images a step at the final resolution'),
  maxMinibatch: z
    .int()
    .min(1)
    .default(cpu.maxMinibatch)
    .describe('images a step at lower resolutions: twice as many at half the side, up to this bound'),
  learningRate: z.number().positive().default(cpu.learningRate).describe("Adam's rate, for both networks"),
  beta1: z.number().min(0).max(0.999).default(cpu.beta1).describe("Adam's decay of the mean"),
  beta2: z.number().min(0).max(0.99999).default(cpu.beta2).describe("Adam's decay of the variance"),
  tickKimg: z.number().positive().default(5).describe('thousand images between sample grids and checkpoints'),
  measureKimg: z
    .number()
    .min(0)
    .default(20)
    .describe('thousand images between measurements of SWD and MS-SSIM on a small sample, from 16×16 on; 0 for none'),
  keep: z.int().min(1).default(2).describe('checkpoints that are kept while training goes on, the latest ones'),
  startFrom: pathOption()
    .optional()
    .describe('checkpoint of the same networks to go on from, with its images shown counted; for fine-tuning'),
  ...deviceOptions,
  ...runOptions,
});
export type GanOptions = z.output<typeof ganOptions>;

/** The options that the named preset stands for; none for a name that is no preset's, which the table then refuses. */
export function ganPreset({ preset }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return ganPresetNames.includes(preset as (typeof ganPresetNames)[number])
    ? { ...ganPresets[preset as (typeof ganPresetNames)[number]] }
    : {};
}

/** @param available side of the dataset's images. @throws UserError when more is asked for, or too short a training. */
export function ganTrainingConfig(config: GanOptions, available: number): GanTrainingConfig {
  const { resolution = available } = config;
  if (resolution > available) {
    throw new UserError(
      `--resolution must be at most the dataset's ${available}; got ${resolution}. Prepare a larger dataset`,
    );
  }
  const doublings = config.growing ? Math.log2(resolution / 4) : 0;
  const needed = doublings * (config.stabiliseKimg + config.fadeKimg);
  if (config.kimg < needed) {
    throw new UserError(
      `--kimg ${config.kimg} ends before the networks have grown to ${resolution}×${resolution}, which takes ${needed}; ` +
        'give more --kimg, or less --fade-kimg and --stabilise-kimg',
    );
  }
  return {
    architecture: {
      resolution,
      latentSize: config.latentSize,
      fmapBase: config.fmapBase,
      fmapDecay: config.fmapDecay,
      fmapMax: config.fmapMax,
      normaliseLatents: config.normaliseLatents,
      activation: config.activation,
      generatorNorm: config.generatorNorm,
      tanh: config.tanh,
      discriminatorNorm: config.discriminatorNorm,
      equalised: config.equalised,
      minibatchStatistic: config.minibatchStatistic,
      statisticGroup: config.statisticGroup,
      minibatchKernels: config.minibatchKernels,
    },
    loss:
      config.loss === 'wgan-gp'
        ? { kind: 'wgan-gp', lambda: config.lambda, target: 1, drift: config.drift }
        : { kind: config.loss, gamma: config.gamma, interval: config.penaltyInterval },
    adam: { beta1: config.beta1, beta2: config.beta2, epsilon: 1e-8 },
    plan: {
      startResolution: config.growing ? 4 : resolution,
      resolution,
      fadeKimg: config.fadeKimg,
      stabiliseKimg: config.stabiliseKimg,
      totalKimg: config.kimg,
      minibatch: config.minibatch,
      maxMinibatch: config.maxMinibatch,
      learningRate: config.learningRate,
      decayKimg: config.decayKimg,
    },
    discriminatorSteps: config.discriminatorSteps,
    seed: config.seed,
  };
}
