// Finds the face of a photo in a bundle's generator: crop, encoder, refine, tune, and how alike the result is.
import { checkKind, checkOption, countOf, UserError } from '../errors.ts';
import { featureDistance, psnr } from '../measures/images/likeness.ts';
import { ganModel } from '../models/gan-kinds.ts';
import { type BatchRunner, generatorOnnx, type LatentMapping } from '../models/inference.ts';
import type { Weights } from '../models/weights.ts';
import { cropFace } from '../portraits/crop-face.ts';
import { Inverter, type InvertOptions } from '../portraits/inversion/inverter.ts';
import type { InversionNetworks } from '../portraits/inversion/networks.ts';
import { checkPhoto, type FaceBox, type FoundFace, type Photo } from '../portraits/photo.ts';
import type { Device } from '../runtime/device.ts';
import { Lazy, orReleased } from '../runtime/opening.ts';
import { type Bundle, bundleFiles, type Hash } from './bundle.ts';
import { type BundleNetworks, bundleNetworks, openNetwork, roundedWeights } from './networks.ts';
import type { PortraitData, PortraitFigures } from './portrait-file.ts';
import { probabilityOf } from './probability.ts';

/** @returns the faces of a photo, the largest first. @throws the signal's reason once it is aborted. */
export type FindFaces = (photo: Photo, signal?: { throwIfAborted(): void }) => Promise<readonly FoundFace[]>;

/** The services that opening photos takes beside the bundle. */
export interface EditorServices {
  readonly hash: Hash;
  /** Left out: photos can be opened only where their faces are pointed out. */
  readonly findFaces?: FindFaces | undefined;
}

export interface PortraitOptions extends InvertOptions {
  /** The square around the face, where it is known. Left out: that of a face which is found. */
  readonly box?: FaceBox | undefined;
  /** The face of several that is meant, 1 being the largest. Default 1. */
  readonly face?: number | undefined;
}

/** A network's run on any number of rows. */
type Run = (rows: Float32Array) => Promise<Float32Array>;

export interface FoundPortrait {
  readonly data: PortraitData;
  /** The tuned generator; undefined where nothing was tuned. */
  readonly generator: BatchRunner | undefined;
}

/** @returns the line that says why this bundle opens no photos; undefined where it does. */
export function whyNoPhotos({ name, generator, encoder }: Bundle): string | undefined {
  const { architecture } = generator;
  if (ganModel(architecture).geometry !== 'linear') {
    return (
      `photos need a bundle with a style generator; that of ${name} is of kind ${architecture.kind ?? 'pggan'}. ` +
      'Choose another bundle'
    );
  }
  if (encoder !== undefined) return undefined;
  return `photos need a bundle with an encoder; ${name} has none. Make the bundle again with one`;
}

export class PortraitFinder {
  readonly #device: Device;
  readonly #bundle: Bundle;
  readonly #map: LatentMapping;
  readonly #generate: Run;
  readonly #score: Run;
  readonly #findFaces: FindFaces | undefined;
  #networks: BundleNetworks | undefined;
  readonly #inverter = new Lazy<Inverter>();

  /** @param generate latents [n, layers, d] → images. @param score images → logits. Both are the bundle's own. */
  constructor(
    device: Device,
    bundle: Bundle,
    map: LatentMapping,
    generate: Run,
    score: Run,
    findFaces: FindFaces | undefined,
  ) {
    this.#device = device;
    this.#bundle = bundle;
    this.#map = map;
    this.#generate = generate;
    this.#score = score;
    this.#findFaces = findFaces;
  }

  /**
   * @throws UserError where the bundle cannot open photos, where no face is found, and as `cropFace`. @throws what
   *   `signal` was aborted with.
   */
  async find(photo: Photo, asked: PortraitOptions): Promise<FoundPortrait> {
    const networks = this.#invertible();
    checkPhoto(photo);
    checkKind('options', asked, 'an object');
    const { box: given, face = 1, ...options } = asked;
    checkOption('onProgress', options.onProgress, 'a function');
    checkOption('signal', options.signal, 'an AbortSignal');
    checkOption('quick', options.quick, 'true or false');
    checkOption('face', face, 'a number');
    const box = given ?? (await this.#boxOf(photo, face, options));
    const { name, sha256, resolution } = this.#bundle;
    const { image: crop, missing } = cropFace(photo, box, resolution);
    const inverter = await this.#inverter.get(() => Inverter.open(this.#device, networks, this.#map));
    const { encoded, latent, tuned: exact } = await inverter.invert(crop, options);
    const tuned = roundedWeights(exact); // as the portrait's file holds them
    const generator = await this.generatorOf(tuned);
    // The editor may be released meanwhile.
    return orReleased(generator, async () => {
      const images = {
        encoded: await this.#generate(encoded),
        refined: options.quick ? undefined : await this.#generate(latent),
        tuned: await generator?.run(latent),
      };
      const figures = await this.#figures(crop, images, inverter);
      const size = { width: photo.width, height: photo.height };
      const data = { bundle: { name, sha256 }, box, photo: size, missing, figures, crop, latent, tuned };
      return { data, generator };
    });
  }

  /** @returns the generator with these weights in place of its own; undefined for none. */
  async generatorOf(tuned: Weights): Promise<BatchRunner | undefined> {
    if (Object.keys(tuned).length === 0) return undefined;
    const { architecture, weights } = this.#decoded().generator;
    const bytes = generatorOnnx(architecture, { ...weights, ...tuned }, this.#device.target);
    return openNetwork(this.#device, this.#bundle, bundleFiles.generator, bytes);
  }

  async release(): Promise<void> {
    await this.#inverter.release();
  }

  #decoded(): BundleNetworks {
    this.#networks ??= bundleNetworks(this.#bundle);
    return this.#networks;
  }

  /** @throws UserError for a bundle that cannot open photos. */
  #invertible(): InversionNetworks {
    const reason = whyNoPhotos(this.#bundle);
    if (reason !== undefined) throw new UserError(reason);
    const { encoder, ...networks } = this.#decoded();
    return { ...networks, encoder: encoder! };
  }

  async #boxOf(photo: Photo, face: number, { signal }: InvertOptions): Promise<FaceBox> {
    if (this.#findFaces === undefined)
      throw new UserError('the square of the face must be given; nothing finds it here');
    const faces = await this.#findFaces(photo, signal);
    const found = faces[face - 1];
    if (found !== undefined) return found.box;
    if (faces.length === 0) {
      throw new UserError('no face was found in the photo. Say by a box or by points where it is, or choose another');
    }
    throw new UserError(`the photo has ${countOf(faces.length, 'faces')}; got face ${face}`);
  }

  async #figures(
    crop: Float32Array,
    images: {
      readonly encoded: Float32Array;
      readonly refined?: Float32Array | undefined;
      readonly tuned?: Float32Array | undefined;
    },
    inverter: Inverter,
  ): Promise<PortraitFigures> {
    const features = await inverter.features(crop);
    const alike = async (image: Float32Array) => ({
      psnr: psnr(image, crop),
      featureDistance: featureDistance(await inverter.features(image), features),
    });
    const probabilities = async (image: Float32Array) => {
      const logits = await this.#score(image);
      return Array.from(logits, (logit, column) => probabilityOf(this.#bundle.directions[column]!, logit));
    };
    const photo = await probabilities(crop);
    const reconstruction = await probabilities(images.tuned ?? images.refined ?? images.encoded);
    const agreeing = photo.filter((value, i) => value >= 0.5 === reconstruction[i]! >= 0.5).length;
    return {
      encoded: await alike(images.encoded),
      refined: images.refined ? await alike(images.refined) : null,
      tuned: images.tuned ? await alike(images.tuned) : null,
      probabilities: { photo, reconstruction },
      agreement: agreeing / photo.length,
    };
  }
}
