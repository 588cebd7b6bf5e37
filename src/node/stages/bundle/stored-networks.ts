// The two networks of a bundle as files: in half precision wherever nobody could see the difference.
import type { z } from 'zod';
import { encodeWeights, roundedWeights } from '../../../core/editor/networks.ts';
import { probabilityOf } from '../../../core/editor/probability.ts';
import type { WeightPrecision } from '../../../core/graph/target.ts';
import { createRandom } from '../../../core/math/random.ts';
import { streams } from '../../../core/math/streams.ts';
import { classifierSpec } from '../../../core/models/classifier.ts';
import { ganModel } from '../../../core/models/gan-kinds.ts';
import type { SpecTree } from '../../../core/models/gan-model.ts';
import {
  BatchRunner,
  classifierOnnx,
  generatorOnnx,
  latentMapping,
  repeatRows,
} from '../../../core/models/inference.ts';
import { sampleLatents } from '../../../core/models/latents.ts';
import type { Weights } from '../../../core/models/weights.ts';
import { Program } from '../../../core/runtime/program.ts';
import type { classifierDetailsSchema, GanDetails } from '../../artefacts/networks.ts';
import { cpuDevice } from '../../devices/device.ts';

interface Networks {
  readonly generator: { readonly details: GanDetails; readonly tensors: Weights };
  readonly classifier: { readonly details: z.output<typeof classifierDetailsSchema>; readonly tensors: Weights };
}

/** One network's file, and how far its results on the faces of the first seeds are from those of float32 weights. */
export interface StoredNetwork {
  readonly bytes: Uint8Array;
  readonly weights: WeightPrecision;
  /** The largest difference that half precision made: of a pixel in 8-bit steps, or of a probability. */
  readonly difference: number;
}

/** Half precision is kept up to this difference of any pixel, in 8-bit steps. */
const mostSteps = 4;
/** Half precision is kept up to this difference of any attribute's probability. */
const mostProbability = 0.01;

/**
 * Encodes both networks, and tries half precision on some faces.
 * @param z of these faces, [n, d]: `firstLatents`. They are not truncated: half precision is tried on all the variety.
 * @returns both files, and the images of these faces as the stored generator makes them.
 */
export async function storedNetworks({ generator, classifier }: Networks, z: Float32Array) {
  const { architecture, calibration } = classifier.details;
  const model = ganModel(generator.details);
  const images = await storedNetwork(
    model.finishedSpec(),
    generator.tensors,
    weights => {
      // The mapping from z to latents for editing is stored too.
      const latents = latentMapping(generator.details, weights)(z);
      const rows = repeatRows(latents, generator.details.latentSize, model.layers);
      return outputOf(generatorOnnx(generator.details, weights, device.target), rows);
    },
    output => output.map(value => 127.5 * value),
    mostSteps,
  );
  const logits = await storedNetwork(
    classifierSpec(architecture),
    classifier.tensors,
    weights => outputOf(classifierOnnx(architecture, weights, device.target), images.output),
    output => output.map((logit, at) => probabilityOf({ probability: calibration[at % calibration.length]! }, logit)),
    mostProbability,
  );
  return { generator: images.network, classifier: logits.network, images: images.output };
}

/** @returns z [n, d] of the faces that a bundle draws with the seeds from 0 on. */
export function firstLatents(count: number, size: number): Float32Array {
  const all = new Float32Array(count * size);
  for (let seed = 0; seed < count; seed++)
    all.set(sampleLatents(createRandom(seed, streams.face.latent), 1, size), seed * size);
  return all;
}

const device = cpuDevice(1);

/**
 * Encodes one network, in half precision where that changes little enough.
 * @param run runs the network with given weights. @param seen turns its output into numbers that people see.
 * @param most the largest difference that half precision may make in these.
 * @returns the network's file, and the output of its stored weights.
 */
async function storedNetwork(
  spec: SpecTree,
  tensors: Weights,
  run: (weights: Weights) => Promise<Float32Array>,
  seen: (output: Float32Array) => Float32Array,
  most: number,
): Promise<{ network: StoredNetwork; output: Float32Array }> {
  const half = roundedWeights(tensors);
  const outputs = { float32: await run(tensors), float16: await run(half) };
  const [exact, rounded] = [seen(outputs.float32), seen(outputs.float16)];
  const difference = exact.reduce((largest, value, at) => Math.max(largest, Math.abs(value - rounded[at]!)), 0);
  // Weights beyond the range of halves make the difference NaN or infinite: neither is below the bound.
  const weights = difference <= most ? 'float16' : 'float32';
  const bytes = encodeWeights(spec, tensors, weights);
  return { network: { bytes, weights, difference }, output: outputs[weights] };
}

async function outputOf(file: Uint8Array, input: Float32Array): Promise<Float32Array> {
  const runner = new BatchRunner(await Program.open(device, file), 16);
  try {
    return await runner.run(input);
  } finally {
    await runner.release();
  }
}
