// The format of a model bundle: one folder with all that editing needs, every file under its hash.
import { z } from 'zod';
import { areSameAttributes } from '../attributes.ts';
import { boundarySchema, type Direction, type DirectionFacts, directionSchema } from '../directions/direction.ts';
import { isRange } from '../directions/layers.ts';
import { isScored } from '../directions/scored.ts';
import type { Recipe } from '../editing/recipe.ts';
import { checkKind, UserError } from '../errors.ts';
import { checkShape, toFloat64 } from '../formats/nd-array.ts';
import { decodeNpy } from '../formats/npy.ts';
import { parseVersionedJson } from '../formats/versioned-json.ts';
import { normalisationSchema } from '../images/colour.ts';
import { length } from '../math/linear-algebra.ts';
import { classifierArchitectureSchema } from '../models/classifier.ts';
import { encoderArchitectureSchema } from '../models/encoder.ts';
import { fieldArchitectureSchema } from '../models/field.ts';
import { ganArchitectureSchema } from '../models/gan-architecture.ts';
import { ganModel } from '../models/gan-kinds.ts';
import { mostPsi } from '../models/latents.ts';

export const bundleFiles = {
  /** Names, sizes, facts of each direction, and the hashes of all other files. */
  index: 'bundle.json',
  /** Weights by their path within the network; the index has the architecture. */
  generator: 'generator.safetensors',
  classifier: 'classifier.safetensors',
  /** Weights of the field, in a bundle that has one. */
  field: 'field.safetensors',
  /** Weights of the encoder, in a bundle that can open photos. */
  encoder: 'encoder.safetensors',
  /** float64 [directions, d]: unit normals toward more, in the index's order; zeros where there is none. */
  boundaries: 'boundaries.npy',
  /** Uncurated faces, for the model card. */
  samples: 'samples.webp',
  modelCard: 'MODEL_CARD.md',
} as const;

/** The version of bundles that this program writes and reads. */
const schemaVersion = 2;

/** Remedies for bundles of other versions. */
const remedies = { 1: 'Convert it with tools/convert-bundle.mjs of the repository, or make it again' };

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal');

/** A direction of one of the classifier's attributes. */
const attributeSchema = directionSchema.extend({ threshold: z.number() });

/** Any other direction: labelled by hand, imported or derived. */
const extraSchema = z.object({
  attribute: directionSchema.shape.attribute,
  intercept: boundarySchema.shape.intercept,
  layers: boundarySchema.shape.layers,
  origin: z.string(),
});

/** The two lists that an index keeps directions in. */
interface IndexedDirections {
  readonly attributes: z.output<typeof attributeSchema>[];
  readonly extra?: z.output<typeof extraSchema>[] | undefined;
}

const knownFaceSchema = z.object({
  seed: z.int().min(0),
  /** The classifier’s word on this face, drawn with the bundle's own truncation: one logit an attribute. */
  logits: z.array(z.number()),
});

export type KnownFace = z.output<typeof knownFaceSchema>;

/** The most characters that a model's name can have. */
export const longestModelName = 100;

/** A weight that is far larger would leave nothing of a direction but rounding errors. */
export const steadinessSchema = z.number().min(0).max(100);

const indexSchema = z
  .object({
    schemaVersion: z.literal(schemaVersion),
    name: z.string().min(1).max(longestModelName),
    generator: z.object({
      architecture: ganArchitectureSchema,
      /** How the images that it was trained on and makes are coloured. */
      normalisation: normalisationSchema,
    }),
    classifier: z.object({ architecture: classifierArchitectureSchema }),
    /**
     * The small network that edits can hold locks by, and how much curves hold back what is neither moved nor locked; left
     * out, not at all.
     */
    field: z.object({ architecture: fieldArchitectureSchema, steadiness: steadinessSchema.optional() }).optional(),
    /** The network that finds a photo's latents. */
    encoder: z.object({ architecture: encoderArchitectureSchema }).optional(),
    /** Truncation of faces that are drawn by their seeds, where nobody chooses another; left out: 1, none. */
    psi: z.number().min(0).max(mostPsi).optional(),
    /** The face that editors open with, where nobody chose one yet. */
    openWith: z.object({ seed: z.int().min(0) }).optional(),
    attributes: z.array(attributeSchema).min(1),
    extra: z.array(extraSchema).optional(),
    /** A face whose values are known, to try devices with; bundles of before have none. */
    known: knownFaceSchema.optional(),
    /** Hashes of earlier forms of the same model: their recipes and links mean the same with this one. */
    formerly: z.array(sha256).max(100).optional(),
    /** Keyed by name, which is never a path: a bundle reads nothing outside its folder. */
    files: z.record(z.string().regex(/^\w[\w.-]{0,99}$/), z.object({ bytes: z.int().min(0), sha256 })),
    /** Hash of this file with zeros in place of these 64 digits. It covers the other hashes, so it names the bundle. */
    sha256,
  })
  .refine(
    ({ attributes, classifier }) =>
      areSameAttributes(
        attributes.map(({ attribute }) => attribute),
        classifier.architecture.attributes,
      ),
    { path: ['attributes'], error: "must be the classifier's, in their order" },
  )
  .refine(
    index => {
      const directions = directionsIn(index);
      const names = new Set(directions.map(({ attribute }) => attribute));
      return directions.every(({ suggestedLocks = [] }) => suggestedLocks.every(lock => names.has(lock)));
    },
    { path: ['attributes'], error: 'suggest locks that the bundle does not have' },
  )
  .refine(
    index => {
      const count = ganModel(index.generator.architecture).layers;
      const ranges = directionsIn(index).flatMap(({ boundary }) => (boundary?.layers ? [boundary.layers] : []));
      return ranges.every(range => isRange(range, count));
    },
    { path: ['attributes'], error: 'have layers that the generator does not have' },
  )
  .refine(({ generator, psi = 1 }) => psi === 1 || ganModel(generator.architecture).geometry === 'linear', {
    path: ['psi'],
    error: 'must be left out where latents lie on a sphere',
  })
  .refine(index => index.field !== undefined || directionsIn(index).every(({ hold }) => hold !== 'field'), {
    path: ['attributes'],
    error: 'hold by a field that the bundle does not have',
  })
  .refine(
    ({ generator, field }) =>
      (field?.architecture.latentSize ?? generator.architecture.latentSize) === generator.architecture.latentSize,
    {
      path: ['field', 'architecture', 'latentSize'],
      error: "must be the generator's",
    },
  )
  .refine(
    ({ generator, encoder }) => {
      if (encoder === undefined) return true;
      const { layers, geometry } = ganModel(generator.architecture);
      const { resolution, latentSize } = generator.architecture;
      const found = encoder.architecture;
      const fits = found.resolution === resolution && found.latentSize === latentSize && found.layers === layers;
      return geometry === 'linear' && fits;
    },
    { path: ['encoder', 'architecture'], error: "must have a style generator's resolution, latents and layers" },
  )
  .refine(({ generator, classifier }) => classifier.architecture.resolution === generator.architecture.resolution, {
    path: ['classifier', 'architecture', 'resolution'],
    error: "must be the generator's",
  });

export type BundleIndex = z.output<typeof indexSchema>;

/** A bundle that has been read and found whole. */
export interface Bundle extends Omit<BundleIndex, keyof IndexedDirections> {
  /** The classifier's attributes in the order of its answers, then any other directions. */
  readonly directions: readonly DirectionFacts[];
  /** Side of the generator's images, and length d of its latents. */
  readonly resolution: number;
  readonly latentSize: number;
  /** Where it was read from, for errors. */
  readonly place: string;
  /** The directions that have a boundary, each with its normal: those that can be moved and locked. */
  readonly movable: readonly Direction[];
  /** All files but the index, by name. */
  readonly contents: Readonly<Record<string, Uint8Array>>;
}

/** @returns the bytes of one file of the bundle. @throws UserError where it cannot be read. */
export type ReadFile = (name: string) => Promise<Uint8Array>;
/** @returns SHA-256 in hexadecimal. */
export type Hash = (bytes: Uint8Array) => Promise<string>;

const noHash = '0'.repeat(64);

/**
 * Whether recipes and links of one model mean the same with this one.
 * @param digits the hash of the other, or its first digits.
 */
export function isSameModel({ sha256, formerly = [] }: Pick<BundleIndex, 'sha256' | 'formerly'>, digits: string) {
  return [sha256, ...formerly].some(hash => hash.startsWith(digits));
}

/** @throws UserError where a request is a recipe of another model, whose numbers would mean another face with this one. */
export function checkOwnRecipe(used: Bundle, request: object): void {
  const { bundle } = request as Partial<Pick<Recipe, 'bundle'>>;
  if (bundle === undefined) return;
  checkKind("a recipe's bundle", bundle, 'an object');
  checkKind("the SHA-256 of a recipe's bundle", bundle.sha256, 'text');
  if (bundle.sha256.length === used.sha256.length && isSameModel(used, bundle.sha256)) return;
  throw new UserError(
    `the recipe needs the model that it was made with, "${bundle.name}" with SHA-256 ${bundle.sha256.slice(0, 12)}…; ` +
      `this is "${used.name}" with ${used.sha256.slice(0, 12)}…`,
  );
}

/** @returns what an index says beside directions and hashes, for a bundle made out of this one. */
export function lastingFacts({ name, generator, classifier, field, encoder, psi, openWith, known }: Bundle) {
  return {
    ...{ name, generator, classifier },
    ...(field && { field }),
    ...(encoder && { encoder }),
    ...(psi !== undefined && { psi }),
    ...(openWith && { openWith }),
    ...(known && { known }),
  };
}

/** @param contents all files but the index, by name. @returns the text of the index, with every hash in its place. */
export async function writeBundleIndex(
  details: Omit<BundleIndex, 'schemaVersion' | 'files' | 'sha256'>,
  contents: Readonly<Record<string, Uint8Array>>,
  hash: Hash,
): Promise<string> {
  const files: BundleIndex['files'] = {};
  for (const [name, bytes] of Object.entries(contents)) {
    files[name] = { bytes: bytes.length, sha256: await hash(bytes) };
  }
  const index: BundleIndex = { schemaVersion, ...details, files, sha256: noHash };
  const text = `${JSON.stringify(index, null, 2)}\n`;
  return text.replace(noHash, await hash(new TextEncoder().encode(text)));
}

/**
 * Reads all files of a bundle and checks their hashes and shapes.
 * @param place what the bundle is called in errors: its folder or address.
 * @throws UserError naming the file that is missing, of another version, changed since it was written, or ill-shaped.
 */
export async function readBundle(read: ReadFile, hash: Hash, place = 'the bundle'): Promise<Bundle> {
  checkKind('read', read, 'a function');
  checkKind('hash', hash, 'a function');
  checkKind('place', place, 'text');
  const indexBytes = await read(bundleFiles.index);
  checkKind(`${place}/${bundleFiles.index}`, indexBytes, 'a Uint8Array');
  const text = new TextDecoder().decode(indexBytes);
  const index = parseVersionedJson(text, schemaVersion, indexSchema, `${place}/${bundleFiles.index}`, remedies);
  const sealed = new TextEncoder().encode(text.replace(index.sha256, noHash));
  await checkHash(sealed, index.sha256, hash, `${place}/${bundleFiles.index}`);
  // All at once: over a network, one after the other would wait for as many answers.
  const files = Object.entries(index.files).map(async ([name, { bytes: size, sha256 }]) => {
    const bytes = await read(name);
    checkKind(`${place}/${name}`, bytes, 'a Uint8Array');
    if (bytes.length !== size) {
      throw new UserError(`${place}/${name} must have ${size} bytes; got ${bytes.length}. Copy the bundle again`);
    }
    await checkHash(bytes, sha256, hash, `${place}/${name}`);
    return [name, bytes] as const;
  });
  const contents = Object.fromEntries(await Promise.all(files));
  const needed = [bundleFiles.generator, bundleFiles.classifier, bundleFiles.boundaries];
  const optional = [...(index.field ? [bundleFiles.field] : []), ...(index.encoder ? [bundleFiles.encoder] : [])];
  for (const name of [...needed, ...optional]) {
    if (!Object.hasOwn(contents, name)) throw new UserError(`${place} must hold ${name}. Make the bundle again`);
  }
  const { resolution, latentSize } = index.generator.architecture;
  const { attributes, extra, ...facts } = index;
  const directions = directionsIn({ attributes, extra });
  const movable = withNormals(directions, latentSize, contents[bundleFiles.boundaries]!, place);
  return { ...facts, directions, resolution, latentSize, place, contents, movable };
}

/** The one list of directions out of the two that an index keeps. */
function directionsIn({ attributes, extra = [] }: IndexedDirections): DirectionFacts[] {
  const others = extra.map(({ attribute, origin, ...boundary }) => {
    return { attribute, boundary, controllable: true, origin };
  });
  return [...attributes, ...others];
}

/** The two lists of directions that an index keeps: the classifier's attributes, and any others. */
export function indexedDirections(directions: readonly DirectionFacts[]): IndexedDirections {
  const extra = directions.flatMap(each => {
    const { attribute, boundary, origin = 'unknown' } = each;
    return isScored(each) || boundary === null
      ? []
      : [{ attribute, intercept: boundary.intercept, ...(boundary.layers && { layers: boundary.layers }), origin }];
  });
  return { attributes: directions.filter(isScored), ...(extra.length > 0 && { extra }) };
}

async function checkHash(bytes: Uint8Array, expected: string, hash: Hash, path: string): Promise<void> {
  const found = await hash(bytes);
  checkKind('what hash returns', found, 'text');
  if (found === expected) return;
  const [should, is] = [expected, found].map(digits => `${digits.slice(0, 8)}…`);
  throw new UserError(`${path} was changed: its SHA-256 must be ${should}; got ${is}. Copy the bundle again`);
}

function withNormals(
  directions: readonly DirectionFacts[],
  latentSize: number,
  bytes: Uint8Array,
  place: string,
): Direction[] {
  const path = `${place}/${bundleFiles.boundaries}`;
  const array = decodeNpy(bytes, path);
  checkShape(array, [directions.length, latentSize], path);
  const rows = toFloat64(array.data);
  return directions.flatMap(({ attribute, boundary }, i) => {
    if (boundary === null) return [];
    const normal = rows.slice(i * latentSize, (i + 1) * latentSize);
    if (!(Math.abs(length(normal) - 1) < 1e-6)) {
      throw new UserError(`${path}: the normal of ${attribute} must have length 1; got ${length(normal)}`);
    }
    const { intercept, layers } = boundary;
    return [{ attribute, normal, intercept, ...(layers && { layers }) }];
  });
}
