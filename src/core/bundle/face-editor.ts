// What a program does with a bundle: draw faces, condition directions, edit, render and score.
import { attributeIndex } from '../attributes.ts';
import { UserError } from '../errors.ts';
import { type Conditioned, conditionNormal } from '../latent/conditioning.ts';
import { type Edited, editLatent, type Geometry, type Hyperplane } from '../latent/edit.ts';
import { type Move, parseMove } from '../latent/moves.ts';
import { sampleLatents } from '../latent/sampling.ts';
import { editStrip, type MoveRange, parseMoveRange } from '../latent/strip.ts';
import { createRandom } from '../math/random.ts';
import { BatchRunner } from '../models/inference.ts';
import type { Recipe, Start } from '../recipe/recipe.ts';
import type { Device } from '../runtime/device.ts';
import { type OpenShape, Program } from '../runtime/program.ts';
import { type Bundle, bundleFiles, type Hash, type ReadFile, readBundle } from './bundle.ts';

type Conditions = Start & {
  /** Attributes whose distance stays, unless they are moved themselves. Default none. */
  readonly locks?: readonly string[];
  /** Default `sphere`. */
  readonly geometry?: Geometry;
};

/** A face and what to do with it; a recipe is one. Moves are data or text such as `Young=-2`. */
export type EditRequest = Conditions & { readonly moves: readonly (Move | string)[] };

export type StripRequest = Conditions & {
  /** Data or text such as `Young=-3..3`. */
  readonly moves: readonly (MoveRange | string)[];
  /** Frames, from the start to the end; 1 gives only the end. */
  readonly steps: number;
};

/** Images that a network takes at a time. */
const batch = 16;

/**
 * Opens a bundle from anywhere.
 * @param place what the bundle is called in errors: its folder or address.
 * @throws UserError as `readBundle`, and naming a network that this device cannot run or that has other shapes.
 */
export async function loadBundle(device: Device, read: ReadFile, hash: Hash, place?: string): Promise<FaceEditor> {
  return FaceEditor.open(device, await readBundle(read, hash, place));
}

export class FaceEditor {
  readonly bundle: Bundle;
  readonly #generator: BatchRunner;
  readonly #classifier: BatchRunner;

  private constructor(bundle: Bundle, generator: BatchRunner, classifier: BatchRunner) {
    this.bundle = bundle;
    this.#generator = generator;
    this.#classifier = classifier;
  }

  static async open(device: Device, bundle: Bundle): Promise<FaceEditor> {
    const { resolution, latentSize, attributes } = bundle;
    const image = [3, resolution, resolution];
    const generator = await openNetwork(device, bundle, bundleFiles.generator, [latentSize], image);
    const classifier = await openNetwork(device, bundle, bundleFiles.classifier, image, [attributes.length]);
    return new FaceEditor(bundle, generator, classifier);
  }

  /** @returns the raw latent [d] of the first face drawn with this seed, an integer from 0. */
  sample(seed: number): Float32Array {
    return sampleLatents(createRandom(seed), 1, this.bundle.latentSize);
  }

  /** @returns the direction of an attribute without what the locks hold. @throws UserError as `conditionNormal`. */
  condition(attribute: string, locks: readonly string[] = []): Conditioned {
    return conditionNormal(
      this.#boundary(attribute),
      locks.map(lock => this.#boundary(lock)),
    );
  }

  /** @throws UserError as `editLatent`, and for an attribute without a boundary. */
  edit(request: EditRequest): Edited {
    const moves = request.moves.map(asMove);
    return editLatent({ ...this.#prepare(request, moves), moves });
  }

  /** @returns one edit a frame. @throws UserError as `edit`. */
  strip(request: StripRequest): Edited[] {
    const ranges = request.moves.map(move => (typeof move === 'string' ? parseMoveRange(move) : move));
    const ends = ranges.map(({ to }) => to);
    return editStrip(this.#prepare(request, ends), ranges, request.steps);
  }

  /** What `request` is as plain data, to keep and to share. */
  recipe(request: EditRequest): Recipe {
    const { name, sha256 } = this.bundle;
    const start = 'seed' in request ? { seed: request.seed } : { latent: request.latent };
    const { locks = [], geometry = 'sphere' } = request;
    return { ...start, bundle: { name, sha256 }, moves: request.moves.map(asMove), locks, geometry };
  }

  /** @param latents [d] each, raw or normalised. @returns images [n, 3, R, R], about [-1, 1]. */
  async render(latents: readonly (Float32Array | Float64Array)[]): Promise<Float32Array<ArrayBuffer>> {
    const { latentSize } = this.bundle;
    const rows = new Float32Array(latents.length * latentSize);
    for (const [i, latent] of latents.entries()) {
      if (latent.length !== latentSize) {
        throw new UserError(`a latent of ${this.bundle.name} must have ${latentSize} numbers; got ${latent.length}`);
      }
      rows.set(latent, i * latentSize);
    }
    return this.#generator.run(rows);
  }

  /** @param images [n, 3, R, R] in [-1, 1]. @returns logits [n, 40], in the order of `attributeNames`. */
  async score(images: Float32Array): Promise<Float32Array<ArrayBuffer>> {
    return this.#classifier.run(images);
  }

  /** Frees the networks' memory; `render` and `score` cannot be called again. */
  async release(): Promise<void> {
    await this.#generator.release();
    await this.#classifier.release();
  }

  #prepare(request: Conditions, moves: readonly Move[]) {
    const { locks = [], geometry = 'sphere' } = request;
    for (const attribute of [...locks, ...moves.map(move => move.attribute)]) this.#boundary(attribute);
    const latent = 'seed' in request ? this.sample(request.seed) : Float64Array.from(request.latent);
    return { latent, boundaries: this.bundle.boundaries, locks, geometry };
  }

  #boundary(name: string): Hyperplane {
    const { boundaries, attributes } = this.bundle;
    const { attribute, reason } = attributes[attributeIndex(name)]!;
    const boundary = boundaries.find(each => each.attribute === attribute);
    if (boundary !== undefined) return boundary;
    throw new UserError(`${this.bundle.name} can neither move nor lock ${name}: ${reason ?? 'it has no boundary'}`);
  }
}

function asMove(move: Move | string): Move {
  return typeof move === 'string' ? parseMove(move) : move;
}

/** @param input and @param output the shapes of one row. */
async function openNetwork(
  device: Device,
  { contents, place }: Bundle,
  name: string,
  input: readonly number[],
  output: readonly number[],
): Promise<BatchRunner> {
  const path = `${place}/${name}`;
  const program = await Program.open(device, contents[name]!).catch((error: unknown) => {
    const [reason] = String(error).split('\n');
    throw new UserError(`${path} cannot be run on ${device.name}: ${reason}. Make the bundle again`);
  });
  for (const [side, values, row] of [
    ['input', program.inputs, input],
    ['output', program.outputs, output],
  ] as const) {
    const found = values.get(side);
    if (values.size === 1 && found !== undefined && isBatchOf(found, row)) continue;
    const shapes = [...values].map(([value, shape]) => `${value} [${shape.join(', ')}]`).join(', ');
    throw new UserError(`${path} must have one ${side}, ${side} [batch, ${row.join(', ')}]; got ${shapes}`);
  }
  return new BatchRunner(program, batch);
}

function isBatchOf(shape: OpenShape, row: readonly number[]): boolean {
  const [first, ...rest] = shape;
  return typeof first === 'string' && rest.length === row.length && rest.every((length, axis) => length === row[axis]);
}
