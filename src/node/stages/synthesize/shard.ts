// One shard of `synthesize`: draws latents, makes their faces and labels them.
import { faceBrightness } from '../../../core/images/brightness.ts';
import { createRandom } from '../../../core/math/random.ts';
import { streams } from '../../../core/math/streams.ts';
import type { ClassifierArchitecture } from '../../../core/models/classifier.ts';
import type { GanArchitecture } from '../../../core/models/gan-architecture.ts';
import { classifierRunner, generatorRunner } from '../../../core/models/inference.ts';
import { sampleLatents, truncated } from '../../../core/models/latents.ts';
import type { Weights } from '../../../core/models/weights.ts';
import type { Device } from '../../../core/runtime/device.ts';

/** All that makes faces and labels them. */
export interface FaceMaker {
  readonly generator: { readonly architecture: GanArchitecture; readonly weights: Weights };
  readonly classifier: { readonly architecture: ClassifierArchitecture; readonly weights: Weights };
  /** Truncation; 1 for none. */
  readonly psi: number;
  readonly seed: number;
}

export interface ShardOrder {
  readonly shard: number;
  readonly count: number;
  /** Images that are wanted: whole batches of 20, or all. */
  readonly shown: number;
}

export interface Shard {
  /** [count, latentSize], as the generator sees them. */
  readonly latents: Float32Array;
  /** [count, attributes]. */
  readonly logits: Float32Array;
  /** [count]; see `faceBrightness`. */
  readonly brightness: Float32Array;
  /** [shown, 3, R, R]. */
  readonly images: Float32Array;
}

/** Faces per run of the networks. */
const batch = 20;

/** @returns what makes shards on a device; a shard's faces do not depend on those made before it. */
export async function shardMaker(device: Device, { generator, classifier, psi, seed }: FaceMaker) {
  const { resolution, latentSize } = generator.architecture;
  const width = classifier.architecture.attributes.length;
  const faces = await generatorRunner(device, generator.architecture, generator.weights, batch);
  const classify = await classifierRunner(device, classifier.architecture, classifier.weights, batch);
  return async ({ shard, count, shown }: ShardOrder): Promise<Shard> => {
    const drawn = sampleLatents(createRandom(seed, streams.synthesize.shard(shard)), count, latentSize);
    const latents = truncated(await faces.map(drawn), psi);
    const logits = new Float32Array(count * width);
    const brightness = new Float32Array(count);
    const images = new Float32Array(shown * 3 * resolution * resolution);
    for (let start = 0; start < count; start += batch) {
      const made = await faces.generate(latents.subarray(start * latentSize, (start + batch) * latentSize));
      logits.set(await classify.run(made), start * width);
      brightness.set(faceBrightness(made, resolution), start);
      if (start < shown) images.set(made, start * 3 * resolution * resolution);
    }
    return { latents, logits, brightness, images };
  };
}
