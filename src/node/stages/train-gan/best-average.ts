// Keeps the moving average of a GAN's training that comes nearest to the training images, as another network sees them.
import { rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import type { ImageSet } from '../../../core/images/image-set.ts';
import { createRandom, permutation } from '../../../core/math/random.ts';
import { streams } from '../../../core/math/streams.ts';
import { type FeatureStatistics, featureStatistics, frechetDistance } from '../../../core/measures/images/frechet.ts';
import { generateImages, selectImages } from '../../../core/measures/images/image-samples.ts';
import { pooledFeatures } from '../../../core/measures/images/pooled-features.ts';
import type { Weights } from '../../../core/models/weights.ts';
import type { Device } from '../../../core/runtime/device.ts';
import type { GanTrainer, ImageMeasure } from '../../../core/training/gan/trainer.ts';
import { openFeatureNetwork } from '../../artefacts/classifier-features.ts';
import type { GanDetails } from '../../artefacts/networks.ts';
import { readTensors, writeTensors } from '../../artefacts/networks.ts';
import { exists } from '../../files/places.ts';
import type { Run } from '../../runs/run-folder.ts';

/** Images of each kind that are compared. */
const images = 2048;

const fileName = 'best.safetensors';
/** The best when the latest checkpoint was saved, while a better one has been found since. */
const beforeName = 'best-before.safetensors';

/** Where a moving average stood when it was the best so far. */
const bestSchema = z.object({
  imagesShown: z.int(),
  /** Its half-life in thousand images. */
  halfLifeKimg: z.number(),
  frechet: z.number(),
  /** The network whose features were compared: distances in another's do not compare with these. */
  features: z.string(),
});
export type Best = z.output<typeof bestSchema>;

/** The Fréchet distance of each average, and the best of the whole training. */
export interface AverageFound {
  readonly distances: readonly number[];
  readonly best: Best;
}

export interface AverageMeasure {
  /** The network whose features are compared, in words. */
  readonly features: string;
  /** The Fréchet distance of a generator's images from as many training images. */
  readonly measure: ImageMeasure;
  release(): Promise<void>;
}

/**
 * @param judge run folder of train classifier. @param training images at the full resolution.
 * @throws UserError where the judge does not take the generator's images.
 */
export async function openAverageMeasure(
  judge: string,
  details: GanDetails,
  training: ImageSet,
  seed: number,
  device: Device,
): Promise<AverageMeasure> {
  const network = await openFeatureNetwork(judge, 'judge', details, device);
  const statisticsOf = async (set: ImageSet): Promise<FeatureStatistics> => {
    const pooled = pooledFeatures((await network.featuresOf(set)).values);
    return featureStatistics(pooled, pooled.length / set.count);
  };
  const order = permutation(createRandom(seed, streams.trainGan.judgedReals), training.count);
  const real = await statisticsOf(selectImages(training, order.subarray(0, images)));
  return {
    features: network.name,
    measure: async generator => {
      const latents = createRandom(seed, streams.trainGan.judgedLatents); // the same for each average, each time
      const made = await generateImages(generator, real.count, latents);
      return frechetDistance(await statisticsOf(made), real);
    },
    release: () => network.release(),
  };
}

/** Keeps the best of the averages in the run's folder where it is better than the best so far by the same network. */
export async function keepBest(trainer: GanTrainer, measure: AverageMeasure, run: Run): Promise<AverageFound> {
  const { figures: distances, best: average } = await trainer.measureAverages(measure.measure);
  const { features } = measure;
  const now = { imagesShown: trainer.imagesShown, halfLifeKimg: trainer.averageHalfLives[average]!, features };
  const found = { ...now, frechet: distances[average]! };
  const earlier = (await readBest(run))?.best;
  if (earlier?.features === features && earlier.frechet <= found.frechet) return { distances, best: earlier };
  // A training that goes on from the checkpoint may not come to the new one again.
  if (earlier !== undefined && !(await exists(run.file(beforeName)))) {
    await rename(run.file(fileName), run.file(beforeName));
  }
  await writeTensors(run.file(fileName), trainer.generatorWeights(average), found);
  return { distances, best: found };
}

/** Makes the best so far the one that a training from the checkpoint just saved goes on with. */
export async function settleBest(run: Run): Promise<void> {
  await rm(run.file(beforeName), { force: true });
}

/** Drops a best average that was found after the state which is gone on from, for the one before it: it is measured again. */
export async function rewindBest(run: Run, imagesShown: number): Promise<void> {
  for (const name of [fileName, beforeName]) {
    const kept = await readBest(run, name);
    if (kept !== undefined && kept.best.imagesShown > imagesShown) await rm(run.file(name));
  }
  const [hasBest, hasBefore] = [await exists(run.file(fileName)), await exists(run.file(beforeName))];
  if (hasBefore && !hasBest) await rename(run.file(beforeName), run.file(fileName));
  else await settleBest(run);
}

/** The weights that `keepBest` kept, of `GanModel.keptSpec`; undefined where nothing was measured. */
export async function readBest(
  run: Run,
  name = fileName,
): Promise<{ readonly best: Best; readonly weights: Weights } | undefined> {
  if (!(await exists(run.file(name)))) return undefined;
  const { tensors, details } = await readTensors(run.file(name), bestSchema);
  return { best: details, weights: tensors };
}
