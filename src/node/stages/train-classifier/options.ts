// The options of `train classifier`, whose defaults are of a network that labels faces or of one that judges edits.
import { z } from 'zod';
import { normalisationNames } from '../../../core/images/colour.ts';
import { classifierLossNames } from '../../../core/training/classifier/losses.ts';
import { deviceOptions, pathOption, presetOf, runOptions } from '../framework/options.ts';

/** Default values: for the network that labels faces, and for one that judges edits without having labelled any. */
const presets = {
  labeller: { seed: 0, width: 24, maxWidth: 128, epochs: 8, shift: 3, jitter: 0.1, cutout: 0, identityShare: 1 },
  judge: { seed: 1, width: 16, maxWidth: 96, epochs: 16, shift: 2, jitter: 0.2, cutout: 16, identityShare: 0.5 },
} as const;
type PresetName = keyof typeof presets;
const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];
const { labeller } = presets;

export const classifierOptions = z.strictObject({
  dataset: pathOption().describe('run folder of prepare'),
  preset: z
    .enum(presetNames)
    .default('labeller')
    .describe(
      'values of the options that are not given; judge: another seed, width and augmentation, and half of the people, ' +
        'for a second network, so that none grades its own labels',
    ),
  loss: z.enum(classifierLossNames).default('bce').describe("mse on the probabilities (the report's) or cross-entropy"),
  normalisation: z
    .enum(normalisationNames)
    .default('range')
    .describe("range: images as they are; chromaticity: each colour's share of R + G + B, without brightness"),
  width: z
    .int()
    .min(1)
    .max(512)
    .default(labeller.width)
    .describe('feature maps at full resolution, or at 32×32 of larger images; doubled at each halving'),
  maxWidth: z.int().min(1).max(2048).default(labeller.maxWidth).describe('upper bound of the feature maps'),
  epochs: z.number().positive().default(labeller.epochs).describe('passes over the training images, at most'),
  patience: z
    .int()
    .min(0)
    .default(4)
    .describe('epochs without a lower validation loss after which training stops; 0: never'),
  minibatch: z.int().min(1).default(32).describe('images a step'),
  learningRate: z.number().positive().default(0.002).describe('highest rate; it falls to zero along a half cosine'),
  weightDecay: z
    .number()
    .min(0)
    .default(0.05)
    .describe("share of each weight that a step takes away, times the rate (AdamW's)"),
  mirror: z.boolean().default(true).describe('show half of the training images mirrored'),
  shift: z
    .int()
    .min(0)
    .max(64)
    .default(labeller.shift)
    .describe('largest shift of training images, in pixels each way'),
  jitter: z
    .number()
    .min(0)
    .max(0.9)
    .default(labeller.jitter)
    .describe('largest relative change of the brightness, contrast and saturation of training images'),
  cutout: z
    .int()
    .min(0)
    .max(1024)
    .default(labeller.cutout)
    .describe('side in pixels of a square that is hidden in training images; 0: none'),
  identityShare: z
    .number()
    .positive()
    .max(1)
    .default(labeller.identityShare)
    .describe('share of the people whose training images are used, drawn by the seed'),
  ...deviceOptions,
  ...runOptions,
});

/** @returns the values of the preset that a configuration names. */
export function classifierPreset(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return presetOf(presets, config);
}

/** The options that people turn; the preset's values suit the others. */
export const commonClassifierOptions: readonly (keyof z.output<typeof classifierOptions>)[] = [
  ...(['dataset', 'out', 'preset', 'loss', 'width', 'epochs', 'minibatch', 'learningRate'] as const),
  ...(['device', 'threads', 'seed', 'resume', 'force'] as const),
];
