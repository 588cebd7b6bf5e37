// The networks of a bundle: their weights as files, checked against the architecture that the index says they have.
import { checkKind, checkOption, UserError } from '../errors.ts';
import { fromHalves, toHalves } from '../formats/half.ts';
import type { NdArray } from '../formats/nd-array.ts';
import { decodeSafetensors, encodeSafetensors } from '../formats/safetensors.ts';
import type { WeightPrecision } from '../graph/target.ts';
import { sameShape } from '../graph/tensor.ts';
import { flattenTree } from '../graph/tree.ts';
import { type ClassifierArchitecture, classifierSpec } from '../models/classifier.ts';
import { type EncoderArchitecture, encoderSpec } from '../models/encoder.ts';
import { type FieldArchitecture, fieldSpec } from '../models/field.ts';
import type { GanArchitecture } from '../models/gan-architecture.ts';
import { ganModel } from '../models/gan-kinds.ts';
import type { SpecTree } from '../models/gan-model.ts';
import { BatchRunner } from '../models/inference.ts';
import type { Network, Weights } from '../models/weights.ts';
import { checkDevice, type Device } from '../runtime/device.ts';
import { briefly, deviceFailure } from '../runtime/device-check.ts';
import { Program } from '../runtime/program.ts';
import { type Bundle, bundleFiles, type Hash } from './bundle.ts';

/** Images per run of a network. */
const batch = 16;

export interface BundleNetworks {
  readonly generator: Network<GanArchitecture>;
  readonly classifier: Network<ClassifierArchitecture>;
  /** Left out of bundles without one. */
  readonly field?: Network<FieldArchitecture>;
  readonly encoder?: Network<EncoderArchitecture>;
}

/** Tensors up to this size stay float32: biases and the like, which are few and added to everything. */
const smallTensor = 64;

/** A style generator's mapping stays float32 too: its weights are few, and every layer inherits their errors. */
const mappingPrefix = 'mapping/';

/**
 * Writes the weights that a network needs, and no others.
 * @param precision of tensors of more than 64 numbers, a mapping's apart.
 * @returns a safetensors file. @throws Error where a weight is missing.
 */
export function encodeWeights(spec: SpecTree, weights: Weights, precision: WeightPrecision): Uint8Array {
  const needed = [...flattenTree(spec).keys()].map(name => {
    const weight = weights[name];
    if (weight === undefined) throw new Error(`no weights for ${name}`);
    return [name, weight] as const;
  });
  const halves = needed.filter(([name, weight]) => precision === 'float16' && isRounded(name, weight));
  return encodeSafetensors(Object.fromEntries(needed), {}, new Set(halves.map(([name]) => name)));
}

/** Whether a tensor is rounded where half precision is asked for. @param name its path within the network. */
export function isRounded(name: string, { data }: NdArray): boolean {
  return data.length > smallTensor && !name.startsWith(mappingPrefix);
}

/** @returns the weights as they come back from a file in half precision. */
export function roundedWeights(weights: Weights): Weights {
  const rounded = Object.entries(weights).map(([name, weight]) => {
    const { shape, data } = weight;
    return [name, isRounded(name, weight) ? { shape, data: fromHalves(toHalves(data)) } : weight] as const;
  });
  return Object.fromEntries(rounded);
}

/**
 * Reads weights and checks them against the network's parameters.
 * @param path what the file is called in errors.
 * @throws UserError naming the tensor that is missing, of another shape or type, or not finite.
 */
export function decodeWeights(bytes: Uint8Array, spec: SpecTree, path: string): Weights {
  const { tensors } = decodeSafetensors(bytes, path);
  const weights = [...flattenTree(spec)].map(([name, { shape }]) => {
    const tensor = tensors[name];
    const wanted = `${path} must hold ${name} [${shape.join(', ')}], as the architecture in ${bundleFiles.index} has it`;
    if (tensor === undefined) throw new UserError(`${wanted}; it is missing. Make the bundle again`);
    const { shape: found, data } = tensor;
    if (!sameShape(found, shape)) throw new UserError(`${wanted}; got [${found.join(', ')}]. Make the bundle again`);
    if (!(data instanceof Float32Array)) {
      throw new UserError(`${path}: ${name} must be of type F16 or F32. Make the bundle again`);
    }
    const broken = firstNotFinite(data);
    if (broken !== undefined) {
      throw new UserError(`${path}: ${name} must be finite; got ${data[broken]} at ${broken}. Make the bundle again`);
    }
    return [name, { shape, data }] as const;
  });
  return Object.fromEntries(weights);
}

/** A plain loop: there may be millions, and somebody waits for the first face. */
function firstNotFinite(values: Float32Array): number | undefined {
  for (let at = 0; at < values.length; at++) if (!Number.isFinite(values[at])) return at;
  return undefined;
}

/** @throws UserError for parts of an editor that are no device, no bundle that has been read, or no services. */
export function checkParts(
  device: Device,
  bundle: Bundle,
  services: { readonly hash: Hash; readonly findFaces?: unknown },
): void {
  checkDevice(device);
  checkKind('a bundle', bundle, 'an object');
  checkKind('the contents of a bundle', bundle.contents, 'an object');
  checkKind('services', services, 'an object');
  checkKind('hash', services.hash, 'a function');
  checkOption('findFaces', services.findFaces, 'a function');
}

/** @returns the networks of a bundle. @throws UserError as `decodeWeights`. */
export function bundleNetworks({ generator, classifier, field, encoder, contents, place }: Bundle): BundleNetworks {
  const read = (name: string, spec: SpecTree) => decodeWeights(contents[name]!, spec, `${place}/${name}`);
  const { architecture } = generator;
  return {
    generator: { architecture, weights: read(bundleFiles.generator, ganModel(architecture).finishedSpec()) },
    classifier: { ...classifier, weights: read(bundleFiles.classifier, classifierSpec(classifier.architecture)) },
    ...(field && { field: { ...field, weights: read(bundleFiles.field, fieldSpec(field.architecture)) } }),
    ...(encoder && { encoder: { ...encoder, weights: read(bundleFiles.encoder, encoderSpec(encoder.architecture)) } }),
  };
}

/**
 * Compiles one network. @param bytes an `.onnx` file. @param name of the file that its weights are from.
 * @throws UserError where the device refuses it; where it computes nothing at all, the model is not blamed.
 */
export async function openNetwork(
  device: Device,
  { place }: Pick<Bundle, 'place'>,
  name: string,
  bytes: Uint8Array,
): Promise<BatchRunner> {
  const program = await Program.open(device, bytes).catch(async (error: unknown) => {
    if (error instanceof UserError) throw error;
    const failure = await deviceFailure(device);
    if (failure !== undefined) {
      throw new UserError(
        `ONNX Runtime must run on ${device.name} to draw faces; ${failure}. ${device.remedy ?? 'Choose another device'}`,
      );
    }
    throw new UserError(`${place}/${name} cannot be run on ${device.name}: ${briefly(error)}. Choose another device`);
  });
  return new BatchRunner(program, batch);
}
