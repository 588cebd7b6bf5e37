// How many feature maps PGGAN's networks have at each resolution.

/** What shapes the two networks of a PGGAN (Karras et al. 2018, appendix A). */
export interface GanArchitecture {
  /** Side of the finished images: a power of two from 4. */
  readonly resolution: number;
  /** Length d of the latent. */
  readonly latentSize: number;
  /** Scale of the channel counts: 8192 in the paper, 512 for two CPU cores at 64×64. */
  readonly fmapBase: number;
  /** How fast they fall with resolution; 1 halves them at each doubling. */
  readonly fmapDecay: number;
  /** Their upper bound: 512 in the paper. */
  readonly fmapMax: number;
}

/** nf(s) = min(fmapBase / 2^(s·decay), fmapMax) with s = log2(resolution) − 1. */
export function channelsAt({ fmapBase, fmapDecay, fmapMax }: GanArchitecture, resolution: number): number {
  const stage = Math.log2(resolution) - 1;
  return Math.max(1, Math.min(Math.floor(fmapBase / 2 ** (stage * fmapDecay)), fmapMax));
}

/** 4, 8, … up to and including `resolution`. */
export function resolutionsUpTo(resolution: number): number[] {
  const resolutions: number[] = [];
  for (let side = 4; side <= resolution; side *= 2) resolutions.push(side);
  return resolutions;
}
