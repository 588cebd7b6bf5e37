// How near a generator's images come to real ones, on a sample small enough to be measured again and again in training.
import { UserError } from '../../errors.ts';
import { halved, type ImageSet } from '../../images/image-set.ts';
import { createRandom, permutation } from '../../math/random.ts';
import { streams } from '../../math/streams.ts';
import type { Device } from '../../runtime/device.ts';
import { generateImages, type ImageMaker, selectImages } from './image-samples.ts';
import { meanMsSsim } from './ms-ssim.ts';
import { slicedWasserstein, swdLevels } from './sliced-wasserstein.ts';

export interface QualitySample {
  /** Seed of all random choices: with the same one, every measurement uses the same latents, images and directions. */
  readonly seed: number;
  /** Generated images, and as many real ones; fewer where there are not so many real ones. Default 1,024. */
  readonly images?: number;
  /** Pairs of generated images. Default 500. */
  readonly pairs?: number;
}

export interface GeneratorQuality {
  /** SWD×10³ by the side of the level; see `slicedWasserstein`. */
  readonly swd: Readonly<Record<number, number>>;
  readonly swdAverage: number;
  /** Mean over pairs of generated images; see `meanMsSsim`. */
  readonly msSsim: number;
  /** The counts that belong to the figures: only equal ones compare. */
  readonly images: number;
  readonly pairs: number;
}

/**
 * SWD between generated and real images, and MS-SSIM among the generated ones. While a network grows, measure it at the
 * side it has grown to, from 16 on:
 *
 * ```ts
 * const { resolution } = trainer.point; // before the step
 * await trainer.step();
 * if (resolution >= smallestLevel) {
 *   const generate = async (latents: Float32Array) => (await trainer.sample(latents, 16)).images;
 *   const quality = await generatorQuality(device, { resolution, latentSize, generate }, images, { seed });
 * }
 * ```
 * @param generator its batch must divide 256.
 * @param real images of the generator's side, or of that doubled some times: they are halved as in training.
 * @throws UserError for a side below 16, or fewer than two real images.
 */
export async function generatorQuality(
  device: Device,
  generator: ImageMaker,
  real: ImageSet,
  { seed, images = 1024, pairs = 500 }: QualitySample,
): Promise<GeneratorQuality> {
  swdLevels(generator.resolution); // refuses a side that has none, before any work
  const count = Math.min(images, real.count);
  if (count < 2) throw new UserError(`quality needs at least 2 images; got ${real.count} real ones of ${images} asked`);
  let chosen = selectImages(
    real,
    permutation(createRandom(seed, streams.trainGan.qualityReals), real.count).subarray(0, count),
  );
  while (chosen.resolution > generator.resolution) chosen = halved(chosen);
  const made = await generateImages(generator, count, createRandom(seed, streams.trainGan.qualityLatents));
  const { levels, average } = await slicedWasserstein(
    device,
    made,
    chosen,
    createRandom(seed, streams.trainGan.qualityDirections),
  );
  const msSsim = await meanMsSsim(made, pairs, createRandom(seed, streams.trainGan.qualityPairs));
  return { swd: levels, swdAverage: average, msSsim, images: count, pairs };
}
