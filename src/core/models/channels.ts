// The sides that images can have, and the feature maps at each, for both kinds of GAN (Karras et al. 2018, appendix A).
import { z } from 'zod';

const sides = 'a power of two from 4 to 1024';

/** A side of square images, in pixels. */
export const sideSchema = z
  .int()
  .refine(side => side >= 4 && side <= 1024 && Number.isInteger(Math.log2(side)), { error: `must be ${sides}` })
  .meta({ values: sides });

/** The options that every kind of architecture has beside its resolution. */
export const channelOptions = {
  latentSize: z.int().min(1).max(4096).describe('length d of the latent'),
  /** 8192 in the paper, 512 for two CPU cores at 64×64. */
  fmapBase: z.number().min(1).describe('scale of the channel counts: fmapBase·(2/side)^fmapDecay at each side'),
  /** 1 halves them at each doubling. */
  fmapDecay: z.number().min(0).describe('how fast channel counts fall with the side'),
  /** 512 in the paper. */
  fmapMax: z.int().min(1).describe('upper bound of the channel counts'),
};

export type GanChannels = Readonly<Omit<z.output<z.ZodObject<typeof channelOptions>>, 'latentSize'>>;

/** nf(s) = min(fmapBase / 2^(s·decay), fmapMax) with s = log2(resolution) − 1. */
export function channelsAt({ fmapBase, fmapDecay, fmapMax }: GanChannels, resolution: number): number {
  const stage = Math.log2(resolution) - 1;
  return Math.max(1, Math.min(Math.floor(fmapBase / 2 ** (stage * fmapDecay)), fmapMax));
}

/** 4, 8, … up to and including `resolution`. */
export function resolutionsUpTo(resolution: number): number[] {
  const resolutions: number[] = [];
  for (let side = 4; side <= resolution; side *= 2) resolutions.push(side);
  return resolutions;
}
