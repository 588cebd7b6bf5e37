// The two networks of a bundle as files: in half precision wherever nobody could see the difference.
import type { z } from 'zod';
import type { Target, WeightPrecision } from '../../core/graph/emitter.ts';
import { createRandom } from '../../core/math/random.ts';
import { calibrated } from '../../core/metrics/calibration.ts';
import { BatchRunner, classifierOnnx, generatorOnnx } from '../../core/models/inference.ts';
import { sampleLatents } from '../../core/models/latents.ts';
import type { Weights } from '../../core/models/weights.ts';
import { Program } from '../../core/runtime/program.ts';
import { cpuDevice } from '../io/device.ts';
import type { classifierDetailsSchema, GanDetails } from '../io/networks.ts';

interface Networks {
  readonly generator: { readonly details: GanDetails; readonly tensors: Weights };
  readonly classifier: { readonly details: z.output<typeof classifierDetailsSchema>; readonly tensors: Weights };
}

/** One network's file, and how far its results are from those of float32 weights on the faces of the first seeds. */
export interface StoredNetwork {
  readonly bytes: Uint8Array;
  readonly weights: WeightPrecision;
  /** The largest difference that half precision made: of a pixel in 8-bit steps, or of a probability. */
  readonly difference: number;
}

/** Half precision is kept up to this difference of any pixel, in 8-bit steps. */
const mostSteps = 2;
/** And up to this difference of any attribute's probability. */
const mostProbability = 0.01;

/**
 * @param latents of the faces that are compared, [n, d]: `firstLatents`.
 * @returns both files, and the images of these latents as the first of them makes them.
 */
export async function storedNetworks({ generator, classifier }: Networks, latents: Float32Array) {
  const { architecture, calibration } = classifier.details;
  const images = await storedNetwork(
    weights => generatorOnnx(generator.details, generator.tensors, targetWith(weights)),
    latents,
    output => output.map(value => 127.5 * value),
    mostSteps,
  );
  const logits = await storedNetwork(
    weights => classifierOnnx(architecture, classifier.tensors, targetWith(weights)),
    images.output,
    output => output.map((logit, at) => calibrated([logit], calibration[at % calibration.length]!)[0]!),
    mostProbability,
  );
  return { generator: images.network, classifier: logits.network, images: images.output };
}

/** The latents [n, d] that a bundle draws with the seeds from 0 on. */
export function firstLatents(count: number, size: number): Float32Array {
  const all = new Float32Array(count * size);
  for (let seed = 0; seed < count; seed++) all.set(sampleLatents(createRandom(seed), 1, size), seed * size);
  return all;
}

/** Only what every runtime has: a bundle is made once and run anywhere. */
function targetWith(weights: WeightPrecision): Target {
  return { fusedMatMul: false, weights };
}

/**
 * @param seen what of an output is compared. @param most the largest difference that half precision may make of it.
 * @returns the network, and what it makes of the input.
 */
async function storedNetwork(
  make: (weights: WeightPrecision) => Uint8Array,
  input: Float32Array,
  seen: (output: Float32Array) => Float32Array,
  most: number,
): Promise<{ network: StoredNetwork; output: Float32Array }> {
  const files = { float32: make('float32'), float16: make('float16') };
  const outputs = { float32: await outputOf(files.float32, input), float16: await outputOf(files.float16, input) };
  const [exact, half] = [seen(outputs.float32), seen(outputs.float16)];
  const difference = exact.reduce((largest, value, at) => Math.max(largest, Math.abs(value - half[at]!)), 0);
  // A weight beyond the range of halves makes it NaN, which is no less than any bound.
  const weights = difference <= most ? 'float16' : 'float32';
  return { network: { bytes: files[weights], weights, difference }, output: outputs[weights] };
}

async function outputOf(file: Uint8Array, input: Float32Array): Promise<Float32Array> {
  const runner = new BatchRunner(await Program.open(cpuDevice(1), file), 16);
  try {
    return await runner.run(input);
  } finally {
    await runner.release();
  }
}
