// The editor that a bundle becomes: draws faces, conditions directions, edits, renders and scores.
import { didYouMeanAttribute, saidOf } from '../attributes.ts';
import type { Direction, DirectionFacts } from '../directions/direction.ts';
import { type LayerRange, parseLayers } from '../directions/layers.ts';
import { isScored, type ScoredDirection } from '../directions/scored.ts';
import { type Conditioned, conditionNormal } from '../editing/conditioning.ts';
import type { MovedFurther } from '../editing/curve-edit.ts';
import { editLatent } from '../editing/edit.ts';
import { fieldScores } from '../editing/field-scores.ts';
import { asLatentMove, type Move } from '../editing/moves.ts';
import type { Recipe } from '../editing/recipe.ts';
import type { Edited } from '../editing/request.ts';
import { type Start, startOf } from '../editing/start.ts';
import { spreadOverRange } from '../editing/strength-range.ts';
import { checkSteps, editStrip, unmoved } from '../editing/strip.ts';
import { checkKind, UserError } from '../errors.ts';
import { createRandom } from '../math/random.ts';
import { streams } from '../math/streams.ts';
import { Field } from '../models/field.ts';
import { ganModel } from '../models/gan-kinds.ts';
import type { BatchRunner, LatentMapping } from '../models/inference.ts';
import { classifierOnnx, generatorOnnx, latentMapping } from '../models/inference.ts';
import { checkPsi, type Geometry, sampleLatents, truncated } from '../models/latents.ts';
import { asPasted } from '../portraits/paste-back.ts';
import type { Photo } from '../portraits/photo.ts';
import { directionsOnPhoto } from '../portraits/safe-ranges.ts';
import type { Device } from '../runtime/device.ts';
import { openBoth, orReleased } from '../runtime/opening.ts';
import { type Bundle, bundleFiles, checkOwnRecipe, type Hash, type ReadFile, readBundle } from './bundle.ts';
import { checkConditions, fieldFor } from './conditions.ts';
import { bundleNetworks, checkParts, openNetwork } from './networks.ts';
import { changesOnPhoto, type DrawnPortrait, Portrait } from './portrait.ts';
import { decodePortrait, encodePortrait, type PortraitData } from './portrait-file.ts';
import { type EditorServices, type FindFaces, PortraitFinder, type PortraitOptions } from './portrait-finder.ts';
import { logitOf, probabilityOf } from './probability.ts';
import { solveTargets } from './probability-targets.ts';
import {
  type Conditions,
  type EditRequest,
  movesOf,
  type ResolvedEdit,
  type ResolvedStrip,
  type ResolveOptions,
  rangesOf,
  resolveOptions,
  type StripRequest,
  solved,
} from './requests.ts';
import {
  defaultRange,
  isMissed,
  outOfReach,
  refuseSecondWishes,
  type WantedProbability,
} from './wanted-probability.ts';

/**
 * Opens a bundle from anywhere.
 * @param place what the bundle is called in errors: its folder or address.
 * @throws UserError as `readBundle` and `FaceEditor.open`.
 */
export async function loadBundle(
  device: Device,
  read: ReadFile,
  hash: Hash,
  place?: string,
  findFaces?: FindFaces,
): Promise<FaceEditor> {
  return FaceEditor.open(device, await readBundle(read, hash, place), { hash, findFaces });
}

/** The networks of an editor, compiled. */
interface Parts {
  readonly bundle: Bundle;
  readonly field: Field | undefined;
  readonly map: LatentMapping;
  readonly generator: BatchRunner;
  readonly classifier: BatchRunner;
  readonly services: EditorServices;
  readonly finder: PortraitFinder;
}

export class FaceEditor {
  readonly bundle: Bundle;
  /** The attributes that `score` answers about, in the order of its columns. */
  readonly attributes: readonly string[];
  /** Where latents for editing lie, and so what an edit is. */
  readonly geometry: Geometry;
  /** Rows that a latent can have, one a layer of the generator from coarse to fine; 1 where it has one for all. */
  readonly layers: number;
  readonly #parts: Parts;
  readonly #portrait: DrawnPortrait | undefined;

  private constructor(parts: Parts, portrait?: DrawnPortrait) {
    const { bundle } = parts;
    this.bundle = bundle;
    this.attributes = bundle.classifier.architecture.attributes;
    const { geometry, layers } = ganModel(bundle.generator.architecture);
    this.geometry = geometry;
    this.layers = layers;
    this.#parts = parts;
    this.#portrait = portrait;
  }

  /** Compiles the networks for the device. @throws UserError as `bundleNetworks`, and where the device refuses them. */
  static async open(device: Device, bundle: Bundle, services: EditorServices): Promise<FaceEditor> {
    checkParts(device, bundle, services);
    const networks = bundleNetworks(bundle);
    const open = (name: string, bytes: Uint8Array) => openNetwork(device, bundle, name, bytes);
    const [made, seen] = [networks.generator, networks.classifier];
    const [generator, classifier] = await openBoth(
      open(bundleFiles.generator, generatorOnnx(made.architecture, made.weights, device.target)),
      () => open(bundleFiles.classifier, classifierOnnx(seen.architecture, seen.weights, device.target)),
    );
    const field = networks.field && new Field(networks.field.architecture, networks.field.weights);
    const map = latentMapping(made.architecture, made.weights);
    const [generate, score] = [generator, classifier].map(network => (rows: Float32Array) => network.run(rows));
    const finder = new PortraitFinder(device, bundle, map, generate!, score!, services.findFaces);
    return new FaceEditor({ bundle, field, map, generator, classifier, services, finder });
  }

  /**
   * Finds the face of a photo in the generator, which takes seconds. @param options a `box` where the face is known,
   *   `quick` for the encoder's word alone, `onProgress` and `signal`.
   * @throws UserError for a bundle without style generator or encoder, and where no face is found.
   */
  async openPortrait(photo: Photo, options: PortraitOptions = {}): Promise<Portrait<FaceEditor>> {
    const { data, generator } = await this.#parts.finder.find(photo, options);
    return this.#opened(photo, data, generator);
  }

  /**
   * Opens a portrait that was kept. @param photo that it was found in. @param place what the file is called in errors.
   * @throws UserError for a damaged file, one of another bundle, and a photo of another size.
   */
  async openPortraitFile(file: Uint8Array, photo: Photo, place = 'the portrait'): Promise<Portrait<FaceEditor>> {
    const data = decodePortrait(file, this.bundle, photo, place);
    return this.#opened(photo, data, await this.#parts.finder.generatorOf(data.tuned), file);
  }

  async #opened(photo: Photo, data: PortraitData, generator: BatchRunner | undefined, kept?: Uint8Array) {
    return orReleased(generator, async () => {
      const file = kept ?? encodePortrait(data, this);
      const sha256 = await this.#parts.services.hash(file);
      const reconstruction = await (generator ?? this.#parts.generator).run(data.latent);
      const directions = directionsOnPhoto(this.bundle, data.latent, await this.#parts.classifier.run(data.crop));
      const editor = new FaceEditor(this.#parts, { ...data, sha256, generator, reconstruction, directions });
      return new Portrait(editor, photo, data, reconstruction, file, sha256);
    });
  }

  /**
   * @param psi truncation; left out, the model's default. @throws UserError for one that the model cannot have.
   * @returns the latent for editing [d] of the first face drawn with this seed, an integer from 0; of any
   *   length where the generator itself brings it to the sphere.
   */
  sample(seed: number, psi?: number): Float32Array {
    const latent = this.#parts.map(sampleLatents(createRandom(seed, streams.face.latent), 1, this.bundle.latentSize));
    return truncated(latent, this.#psi(psi));
  }

  /** @returns the direction of an attribute without its part in the locks. @throws UserError as `conditionNormal`. */
  condition(attribute: string, locks: readonly string[] = []): Conditioned {
    checkKind('locks', locks, 'a list');
    return conditionNormal(
      this.#movable(attribute),
      locks.map(lock => this.#movable(lock)),
    );
  }

  /** @returns what is known of a direction; a portrait has its own safe ranges. @throws UserError for other names. */
  direction(name: string): DirectionFacts {
    const { directions } = this.#portrait ?? this.bundle;
    const names = directions.map(({ attribute }) => attribute);
    const direction = directions[names.indexOf(name)];
    if (direction !== undefined) return direction;
    throw new UserError(`unknown attribute "${name}".${didYouMeanAttribute(`${name}`, names)}`);
  }

  /**
   * @returns the column of an attribute in `score`'s rows, and what is known of it.
   * @throws UserError as `direction`, and where the classifier does not know the attribute.
   */
  attribute(name: string): { readonly index: number; readonly details: ScoredDirection } {
    const details = this.direction(name);
    if (isScored(details)) return { index: this.attributes.indexOf(name), details };
    throw new UserError(`the classifier must know an attribute for this; got ${name}. Give a strength, like ${name}=2`);
  }

  /**
   * Turns wanted probabilities into the strengths that they take on this face, found on the classifier itself: within
   * the attribute's safe range, or ±4 where there is none, and `wholeRange`. All are solved together, all else moved.
   * @returns the request with relative moves in their place. @throws UserError as `edit`, for an attribute with a
   *   wanted probability and another move, and for a probability that is out of reach.
   */
  async resolve(request: EditRequest, options?: ResolveOptions): Promise<ResolvedEdit> {
    const moves = movesOf(request);
    const wanted = await this.#solve(request, moves, options);
    return { ...request, moves: moves.map(move => solved(move, wanted)), wanted };
  }

  /** Does `resolve` for a strip: solves both ends of each range; frames between them have evenly spaced strengths. */
  async resolveStrip(request: StripRequest, options?: ResolveOptions): Promise<ResolvedStrip> {
    const ranges = rangesOf(request).map(({ from, to }) => ({ from: request.steps === 1 ? undefined : from, to }));
    checkSteps(request.steps);
    const ends = ranges.map(({ to }) => to);
    const starts = ranges.map(({ from, to }) => from ?? unmoved(to, this.#prepare(request, ends)));
    const [atStart, atEnd] = [await this.#solve(request, starts, options), await this.#solve(request, ends, options)];
    const moves = ranges.map(({ from, to }) => ({ from: from && solved(from, atStart), to: solved(to, atEnd) }));
    return { ...request, moves, wanted: [...atStart, ...atEnd] };
  }

  /** @throws UserError as `editLatent`, for an attribute without a boundary, and for a probability (see `resolve`). */
  edit(request: EditRequest): Edited {
    const moves = movesOf(request).map(asLatentMove);
    return editLatent({ ...this.#prepare(request, moves), moves });
  }

  /** @returns one edit a frame. @throws UserError as `edit` (see `resolveStrip` for probabilities). */
  strip(request: StripRequest): Edited[] {
    const moves = rangesOf(request).map(({ from, to }) => ({ from: from && asLatentMove(from), to: asLatentMove(to) }));
    const ends = moves.map(({ to }) => to);
    return editStrip(this.#prepare(request, ends), moves, request.steps);
  }

  /**
   * Moves an attribute further than `request` does, at strengths spread between two signed distances from its boundary,
   * to ask of each what became of the face. All are in σ. @param distances the lowest and the highest; Infinity for the
   * lowest, or −Infinity for the highest, leaves that side out. @param count of them to each side at most, from 1.
   * @returns them in rising order of strength, without strength 0. @throws UserError as `edit`, and for distances and a
   *   count that are none.
   */
  spreadOverRange(
    attribute: string,
    distances: readonly [number, number],
    request: EditRequest,
    count: number,
  ): readonly MovedFurther[] {
    const moves = movesOf(request).map(asLatentMove);
    const further = { attribute, kind: 'relative', strength: 0 } as const; // has a say in how locks are held
    return spreadOverRange(attribute, distances, { ...this.#prepare(request, [...moves, further]), moves }, count);
  }

  /** @returns `request` as plain data to keep and share. @throws UserError as `edit`; its portrait need not be open. */
  recipe(request: EditRequest): Recipe {
    const { name, sha256 } = this.bundle;
    const moves = movesOf(request).map(asLatentMove);
    const start = this.#start(request);
    const { locks = [], geometry = this.geometry } = request;
    const layers = this.#layers(request);
    for (const attribute of [...locks, ...moves.map(move => move.attribute)]) this.#movable(attribute);
    return {
      ...start,
      bundle: { name, sha256 },
      moves: moves.map(move => ({ ...move })),
      locks: [...locks],
      geometry,
      hold: fieldFor(request, moves, this, this.#parts.field) ? 'field' : 'linear',
      ...(Object.keys(layers).length > 0 && { layers }),
    };
  }

  /**
   * @param latents [d] each, raw or normalised; where the generator tells layers apart, also [layers · d], a row a
   *   layer from coarse to fine. @returns images [n, 3, R, R], about [-1, 1]; of a portrait's editor the photo's crop
   *   with what they differ by from the portrait.
   * @throws UserError for latents of another length, and where they lie so far off that pixels are not finite.
   */
  async render(latents: readonly (Float32Array | Float64Array)[]): Promise<Float32Array<ArrayBuffer>> {
    checkKind('latents', latents, 'a list');
    const { name, latentSize } = this.bundle;
    const whole = this.layers * latentSize;
    const rows = new Float32Array(latents.length * whole);
    for (const [i, latent] of latents.entries()) {
      if (latent?.length !== latentSize && latent?.length !== whole) {
        const sizes = this.layers === 1 ? `${latentSize}` : `${latentSize} or ${this.layers} · ${latentSize}`;
        throw new UserError(`a latent of ${name} must have ${sizes} numbers; got ${latent?.length}`);
      }
      for (let at = 0; at < whole; at += latent.length) rows.set(latent, i * whole + at);
    }
    const images = await (this.#portrait?.generator ?? this.#parts.generator).run(rows);
    if (images.every(Number.isFinite)) return this.#portrait ? changesOnPhoto(images, this.#portrait) : images;
    const farthest = rows.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    throw new UserError(
      `latents of ${name} must be near those it was trained on to be drawn; got ${farthest.toPrecision(3)} among them. Move less`,
    );
  }

  /**
   * @param images [n, 3, R, R] in [-1, 1]; those of a portrait are scored as they are once they are pasted back.
   * @returns logits [n, attributes], in the order of `attributes`. @throws UserError for what is no whole images.
   */
  async score(images: Float32Array): Promise<Float32Array<ArrayBuffer>> {
    const { name, resolution } = this.bundle;
    if (!(images instanceof Float32Array) || images.length % (3 * resolution ** 2) !== 0) {
      const got = `${images?.length} in ${Object.prototype.toString.call(images).slice(8, -1)}`;
      throw new UserError(
        `images for ${name} must be a Float32Array of ${[3, resolution, resolution].join(' · ')} numbers each; got ${got}`,
      );
    }
    return this.#parts.classifier.run(this.#portrait ? asPasted(images, this.#portrait.crop) : images);
  }

  /** Frees the networks' memory: nothing can be drawn any more. A portrait's editor frees its own generator alone. */
  async release(): Promise<void> {
    const { generator, classifier, finder } = this.#parts;
    if (this.#portrait !== undefined) return this.#portrait.generator?.release();
    for (const network of [generator, classifier, finder]) await network.release();
  }

  async #solve(request: Conditions, moves: readonly Move[], options?: ResolveOptions): Promise<WantedProbability[]> {
    const { nearest, signal } = resolveOptions(options);
    const prepared = this.#prepare(request, moves);
    const wishes = moves.filter(move => move.kind === 'probability');
    if (wishes.length === 0) return [];
    refuseSecondWishes(moves, wishes);
    const edit = { ...prepared, moves: moves.filter(move => move.kind !== 'probability') };
    const targets = wishes.map(({ attribute, probability }) => {
      const { index, details } = this.attribute(attribute);
      const distances = details.boundary?.safeRange ?? defaultRange;
      return { attribute, wanted: probability, logit: logitOf(details, probability), distances, index, details };
    });
    const found = await solveTargets(edit, targets, async latents => {
      signal?.throwIfAborted();
      const logits = await this.score(await this.render(latents));
      const row = this.attributes.length;
      return latents.map((_, i) => targets.map(({ index }) => logits[i * row + index]!));
    });
    const solutions = targets.map(({ attribute, wanted, distances, details }, k): WantedProbability => {
      const { strength, logit } = found[k]!;
      return { attribute, wanted, reached: probabilityOf(details, logit), strength, distances };
    });
    const missed = solutions.find(isMissed);
    if (missed !== undefined && !nearest) throw outOfReach(missed, request);
    return solutions;
  }

  #prepare(request: Conditions, moves: readonly Move[]) {
    const start = this.#checkedStart(request);
    const { locks = [], geometry = this.geometry } = request;
    for (const attribute of [...locks, ...moves.map(move => move.attribute)]) this.#movable(attribute);
    const latent = this.#latentOf(start);
    const layers = this.#layers(request);
    const directions = this.bundle.movable.map(direction => {
      const given = saidOf(layers, direction.attribute);
      return given === undefined ? direction : { ...direction, layers: given };
    });
    const field = fieldFor(request, moves, this, this.#parts.field);
    const scores = field && fieldScores(field, directions, this.bundle.field?.steadiness);
    return { latent, directions, locks, geometry, rows: this.layers, scores };
  }

  /** @throws UserError for a portrait that this editor was not opened for. */
  #latentOf(start: Start): Float32Array | Float64Array {
    if ('seed' in start) return this.sample(start.seed, start.psi);
    if ('latent' in start) return Float64Array.from(start.latent);
    const { portrait } = start;
    if (this.#portrait?.sha256 === portrait) return this.#portrait.latent;
    throw new UserError(`this edit is of the portrait ${portrait.slice(0, 12)}…, which must be open. Give that one`);
  }

  #checkedStart(request: Conditions): Start {
    checkOwnRecipe(this.bundle, request);
    const { name, latentSize } = this.bundle;
    const latentSizes = [...new Set([latentSize, this.layers * latentSize])];
    checkConditions(request, { name, latentSizes, geometry: this.geometry, ofPortrait: this.#portrait !== undefined });
    return startOf(request);
  }

  /** The start as a recipe keeps it: with its truncation, even if that was left out, where the model has one. */
  #start(request: Conditions): Start {
    const start = this.#checkedStart(request);
    if ('latent' in start) return { latent: Array.from(start.latent) };
    if ('portrait' in start) return start;
    const { seed, psi } = start;
    return psi === undefined && this.geometry === 'sphere' ? { seed } : { seed, psi: this.#psi(psi) };
  }

  #psi(psi = this.bundle.psi ?? 1): number {
    checkPsi(psi, this.geometry, this.bundle.name);
    return psi;
  }

  /** Resolves names of layers to rows. */
  #layers({ layers = {} }: Conditions): Readonly<Record<string, LayerRange>> {
    return Object.fromEntries(
      Object.entries(layers).map(([attribute, given]) => {
        this.#movable(attribute);
        return [attribute, parseLayers(given, this.layers)] as const;
      }),
    );
  }

  #movable(name: string): Direction {
    const direction = this.bundle.movable.find(({ attribute }) => attribute === name);
    if (direction !== undefined) return direction;
    const { reason } = this.direction(name);
    throw new UserError(`${this.bundle.name} can neither move nor lock ${name}: ${reason ?? 'it has no boundary'}`);
  }
}
