// A whole bundle in memory around untrained networks, and readers of it that stand in for a disk.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attributeNames } from '../../src/core/attributes.ts';
import type { ScoredDirection } from '../../src/core/directions/scored.ts';
import { bundleFiles, type ReadFile, writeBundleIndex } from '../../src/core/editor/bundle.ts';
import { encodeWeights } from '../../src/core/editor/networks.ts';
import { UserError } from '../../src/core/errors.ts';
import { encodeNpy } from '../../src/core/formats/npy.ts';
import { flattenTree, type ParameterSpec } from '../../src/core/graph/tree.ts';
import { length, scaled } from '../../src/core/math/linear-algebra.ts';
import { createRandom, normals } from '../../src/core/math/random.ts';
import { classifierSpec } from '../../src/core/models/classifier.ts';
import { type EncoderArchitecture, encoderSpec } from '../../src/core/models/encoder.ts';
import { type FieldArchitecture, fieldSpec } from '../../src/core/models/field.ts';
import type { GanArchitecture } from '../../src/core/models/gan-architecture.ts';
import { ganModel } from '../../src/core/models/gan-kinds.ts';
import type { Weights } from '../../src/core/models/weights.ts';
import { initialValues } from '../../src/core/nn/initialise.ts';
import { hashBytes } from '../../src/node/artefacts/bundle.ts';
import {
  randomClassifierWeights,
  randomGeneratorWeights,
  randomWeights,
  tinyClassifier,
  tinyGan,
} from './tiny-networks.ts';

export type Files = Record<string, Uint8Array>;

/** Changes what a bundle says of an attribute. */
type Known = (details: ScoredDirection) => ScoredDirection;

export interface TinyBundleOptions {
  /** The generator's architecture, except for the length of its latents. */
  readonly kind?: GanArchitecture;
  readonly formerly?: readonly string[];
  /** Truncation by default. */
  readonly psi?: number;
  /** The attributes that its classifier knows, in place of CelebA's 40. */
  readonly attributes?: readonly string[];
  /** Whether it has a field, of random weights. */
  readonly field?: boolean;
  /** Whether it has an encoder, of random weights; for a style generator. */
  readonly encoder?: boolean;
}

export const noBoundary = 'Bald';

const metrics = { dataSize: 100, trainingAccuracy: 1, testAccuracy: 0.9, f1: 0.9, auc: 0.95, heldOutAuc: null };

function tinyAttribute(attribute: string, i: number): ScoredDirection {
  if (attribute === noBoundary) {
    return { attribute, threshold: 0, boundary: null, controllable: false, reason: 'only 3 generated faces have it' };
  }
  return { attribute, threshold: i / 40, boundary: { intercept: i / 100, metrics }, controllable: true };
}

/**
 * Fits any change of its files: the index is written last, over whatever they are then.
 * @param latentSize the more, the further an edit can go. @param known what the index says of an attribute.
 * @param extra names of directions beyond the 40. @param formerly hashes of earlier forms of it.
 */
export async function makeTinyBundle(
  changes: Files = {},
  latentSize = tinyGan.latentSize,
  known: Known = details => details,
  extra: readonly string[] = [],
  {
    kind = tinyGan,
    formerly,
    psi,
    attributes = attributeNames,
    field = false,
    encoder = false,
  }: TinyBundleOptions = {},
): Promise<Files> {
  const gan: GanArchitecture = { ...kind, latentSize };
  const random = createRandom(5);
  const normal = () => normals(random, latentSize);
  const classifier = { ...tinyClassifier, attributes: [...attributes] };
  const rows = attributes.map(name => (name === noBoundary ? new Float64Array(latentSize) : unit(normal())));
  const further = extra.map(() => unit(normal()));
  const data = Float64Array.from([...rows, ...further].flatMap(row => [...row]));
  const contents = {
    [bundleFiles.generator]: encodeWeights(ganModel(gan).finishedSpec(), randomGeneratorWeights(gan), 'float16'),
    [bundleFiles.classifier]: encodeWeights(classifierSpec(classifier), randomClassifierWeights(classifier), 'float16'),
    [bundleFiles.boundaries]: encodeNpy({ shape: [attributes.length + extra.length, latentSize], data }),
    ...(field && {
      [bundleFiles.field]: encodeWeights(fieldSpec(tinyField(latentSize)), fieldWeights(latentSize), 'float32'),
    }),
    ...(encoder && {
      [bundleFiles.encoder]: encodeWeights(
        encoderSpec(tinyEncoder(gan)),
        randomWeights(encoderSpec(tinyEncoder(gan)), 3),
        'float16',
      ),
    }),
    [bundleFiles.samples]: new TextEncoder().encode('a picture'),
    [bundleFiles.modelCard]: new TextEncoder().encode('# tiny\n'),
    ...changes,
  };
  const details = {
    name: 'tiny',
    generator: { architecture: gan, normalisation: 'range' as const },
    classifier: { architecture: classifier },
    ...(field && { field: { architecture: tinyField(latentSize) } }),
    ...(encoder && { encoder: { architecture: tinyEncoder(gan) } }),
    ...(psi !== undefined && { psi }),
    attributes: attributes.map(tinyAttribute).map(known),
    ...(extra.length > 0 && { extra: extra.map(attribute => ({ attribute, intercept: 0, origin: 'a test' })) }),
    ...(formerly && { formerly: [...formerly] }),
  };
  const index = await writeBundleIndex(details, contents, hashBytes);
  return { [bundleFiles.index]: new TextEncoder().encode(index), ...contents };
}

/** The reader of files that are in memory. */
export function readerOf(files: Files): ReadFile {
  return async name => {
    const bytes = files[name];
    if (bytes === undefined) throw new UserError(`cannot read ${name}: no such file`);
    return bytes;
  };
}

export async function writeTinyBundle(
  folder: string,
  latentSize = tinyGan.latentSize,
  known?: Known,
  extra?: readonly string[],
  options?: TinyBundleOptions,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const files = await makeTinyBundle({}, latentSize, known, extra, options);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
}

function tinyEncoder(gan: GanArchitecture): EncoderArchitecture {
  const { resolution, latentSize } = gan;
  return { resolution, latentSize, layers: ganModel(gan).layers, width: 4, maxWidth: 8, hidden: 12 };
}

/** Knows all 40 attributes but one, whose lock falls back to its boundary's distance. */
function tinyField(latentSize: number): FieldArchitecture {
  return { latentSize, widths: [12], outputs: attributeNames.filter(name => name !== 'Wearing_Necktie') };
}

function fieldWeights(latentSize: number): Weights {
  const random = createRandom(9);
  return Object.fromEntries(
    [...flattenTree<ParameterSpec>(fieldSpec(tinyField(latentSize)))].map(([path, spec]) => {
      return [path, { shape: spec.shape, data: initialValues(spec, random) }];
    }),
  );
}

function unit(vector: Float32Array): Float64Array {
  return scaled(vector, 1 / length(vector));
}
