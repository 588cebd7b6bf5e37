// What shapes the two networks of a PGGAN, in all the variants of the paper's Table 1; and their channel counts.

/** How many feature maps there are (Karras et al. 2018, appendix A). */
export interface GanChannels {
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

/** What the layers do; the rows of Table 1 differ in these (Karras et al. 2018, §6.1). */
export interface GanFeatures {
  /** Whether latents are brought to length √d before use. */
  readonly normaliseLatents: boolean;
  /** Of the generator; the discriminator's is always leaky. */
  readonly activation: 'relu' | 'leaky-relu';
  /** Between convolution and activation: batch norm. After it: pixel norm. */
  readonly generatorNorm: 'none' | 'batch' | 'pixel';
  /** Whether the generated image passes through tanh, after the cross-fade. */
  readonly tanh: boolean;
  readonly discriminatorNorm: 'none' | 'layer';
  /** Equalised learning rate: weights ~ N(0, 1), scaled at run time. Otherwise He's initialisation. */
  readonly equalised: boolean;
  /** How the discriminator sees a lack of variety. */
  readonly minibatchStatistic: 'none' | 'stddev' | 'discrimination';
  /** Images whose deviation is taken together (stddev); 0 for the whole minibatch. */
  readonly statisticGroup: number;
  /** Kernels of minibatch discrimination. */
  readonly minibatchKernels: number;
}

export interface GanArchitecture extends GanChannels, GanFeatures {}

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
