// The shape of the style networks: channels as PGGAN has them, and how the discriminator sees variety.
import { z } from 'zod';
import { channelOptions, sideSchema } from '../channels.ts';

export const styleSchema = z.object({
  kind: z.literal('style'),
  /** Side of the finished images. */
  resolution: sideSchema,
  ...channelOptions,
  minibatchStatistic: z.enum(['none', 'stddev']),
  /** Images whose deviation is taken together (stddev); 0 for the whole minibatch. */
  statisticGroup: z.int().min(0),
});

export type StyleArchitecture = Readonly<z.output<typeof styleSchema>>;
