// A thread of `synthesize`: draws latents, makes their faces and labels them, a shard at a time.
import { attributeNames } from '../../../core/attributes.ts';
import { faceBrightness } from '../../../core/images/brightness.ts';
import { createRandom } from '../../../core/math/random.ts';
import { streams } from '../../../core/math/streams.ts';
import type { ClassifierArchitecture } from '../../../core/models/classifier.ts';
import type { GanArchitecture } from '../../../core/models/gan-architecture.ts';
import { classifierRunner, generatorRunner } from '../../../core/models/inference.ts';
import { sampleLatents, truncated } from '../../../core/models/latents.ts';
import type { Weights } from '../../../core/models/weights.ts';
import { type DeviceName, openDevice } from '../../devices/device.ts';
import { serve } from '../../threads/serve.ts';

export interface FaceMaker {
  readonly device: DeviceName;
  readonly generator: { readonly architecture: GanArchitecture; readonly weights: Weights };
  readonly classifier: { readonly architecture: ClassifierArchitecture; readonly weights: Weights };
  /** Truncation; 1 for none. */
  readonly psi: number;
  readonly seed: number;
}

export interface ShardOrder {
  readonly shard: number;
  readonly count: number;
  /** How many of its images are wanted: whole batches of 20, or all. */
  readonly shown: number;
}

export interface Shard {
  /** [count, latentSize], as the generator sees them. */
  readonly latents: Float32Array;
  /** [count, 40]. */
  readonly logits: Float32Array;
  /** [count]; see `faceBrightness`. */
  readonly brightness: Float32Array;
  /** [shown, 3, R, R]. */
  readonly images: Float32Array;
}

const batch = 20;

serve(async ({ device: name, generator, classifier, psi, seed }: FaceMaker) => {
  const { resolution, latentSize } = generator.architecture;
  // One thread each: results are then the same however many there are, and no thread waits for another.
  const device = await openDevice({ device: name, threads: 1 });
  const faces = await generatorRunner(device, generator.architecture, generator.weights, batch);
  const classify = await classifierRunner(device, classifier.architecture, classifier.weights, batch);
  return async ({ shard, count, shown }: ShardOrder): Promise<Shard> => {
    const drawn = sampleLatents(createRandom(seed, streams.synthesize.shard(shard)), count, latentSize);
    const latents = truncated(await faces.map(drawn), psi);
    const logits = new Float32Array(count * attributeNames.length);
    const brightness = new Float32Array(count);
    const seen: Float32Array[] = [];
    for (let start = 0; start < count; start += batch) {
      const images = await faces.generate(latents.subarray(start * latentSize, (start + batch) * latentSize));
      logits.set(await classify.run(images), start * attributeNames.length);
      brightness.set(faceBrightness(images, resolution), start);
      if (start < shown) seen.push(images); // the others are never needed again
    }
    return { latents, logits, brightness, images: joined(seen) };
  };
});

function joined(pieces: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
