// The shape of a PGGAN's two networks, in all the variants of the paper's Table 1 (Karras et al. 2018, §6.1).
import { z } from 'zod';
import { channelOptions, sideSchema } from '../channels.ts';

/** Features of the layers; the rows of Table 1 differ in these. */
export const pgganFeatures = {
  normaliseLatents: z.boolean().describe('whether the generator brings latents to length √d first'),
  activation: z.enum(['relu', 'leaky-relu']).describe("of the generator's layers"),
  generatorNorm: z.enum(['none', 'batch', 'pixel']).describe('normalisation of its layers'),
  tanh: z.boolean().describe('whether generated images pass through tanh'),
  discriminatorNorm: z.enum(['none', 'layer']).describe("normalisation of the discriminator's layers"),
  equalised: z.boolean().describe("equalised learning rate: weights are scaled at run time; off: He's initialisation"),
  minibatchStatistic: z
    .enum(['none', 'stddev', 'discrimination'])
    .describe('how the discriminator sees a lack of variety in a minibatch'),
  statisticGroup: z
    .int()
    .min(0)
    .describe('images whose deviation is taken together (stddev); 0 for the whole minibatch'),
  minibatchKernels: z.int().min(1).describe('kernels of minibatch discrimination'),
};

export const pgganSchema = z.object({
  /** Left out in files, also those written now: PGGAN was once the only kind. */
  kind: z.literal('pggan').optional(),
  /** Side of the finished images. */
  resolution: sideSchema,
  ...channelOptions,
  ...pgganFeatures,
});

export type PgganArchitecture = Readonly<z.output<typeof pgganSchema>>;
export type PgganFeatures = Pick<PgganArchitecture, keyof typeof pgganFeatures>;
