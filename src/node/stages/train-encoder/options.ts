// The options of `train encoder`.
import { z } from 'zod';
import { deviceOptions, pathOption, runOptions } from '../framework/options.ts';

export const encoderOptions = z.strictObject({
  dataset: pathOption().describe('run folder of prepare: photos to be found again'),
  generator: pathOption().describe('run folder of train gan, of a style generator'),
  classifier: pathOption().describe('run folder of train classifier, whose features tell how alike faces are'),
  startFrom: pathOption()
    .optional()
    .describe('run folder of an earlier train encoder to begin with, such as for an earlier state of the generator'),
  width: z
    .int()
    .min(1)
    .max(512)
    .default(16)
    .describe('feature maps at full resolution, or at 32×32 of larger images; doubled at each halving'),
  maxWidth: z.int().min(1).max(2048).default(96).describe('upper bound of the feature maps'),
  hidden: z.int().min(1).max(8192).default(256).describe('units between the feature maps and the latent'),
  kimg: z.number().positive().default(60).describe('thousands of photos shown, and as many generated faces'),
  minibatch: z.int().min(1).max(4096).default(16).describe('photos a step, and as many generated faces'),
  learningRate: z.number().positive().default(0.002).describe('highest rate; it falls to zero along a half cosine'),
  pixelWeight: z.number().min(0).default(4).describe("weight of the squared difference of a photo's pixels"),
  featureWeight: z.number().min(0).default(1).describe("weight of the squared distance of the classifier's features"),
  latentWeight: z.number().min(0).default(0.5).describe("weight of the squared error of generated faces' latents"),
  priorWeight: z.number().min(0).default(0.02).describe('weight of ‖u‖² of photos: near the mean, edits work best'),
  offsetWeight: z.number().min(0).default(0.02).describe("weight of what the layers' latents of a photo differ by"),
  tickKimg: z.number().positive().default(10).describe('thousands of photos between measurements on validation photos'),
  ...deviceOptions,
  ...runOptions,
});

/** The options that people turn; the defaults of the others suit any generator. */
export const commonEncoderOptions: readonly (keyof z.output<typeof encoderOptions>)[] = [
  ...(['dataset', 'generator', 'classifier', 'out', 'kimg', 'width', 'hidden'] as const),
  ...(['device', 'threads', 'seed', 'resume', 'force'] as const),
];
