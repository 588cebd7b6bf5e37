// From an aligned crop to the latent that makes its face: encoder, refined latent, tuned generator.

import { createRandom } from '../../math/random.ts';
import { streams } from '../../math/streams.ts';
import { classifierFeatures } from '../../models/classifier.ts';
import { BatchRunner, classifierOnnx, encoderOnnx, type LatentMapping } from '../../models/inference.ts';
import { trunkFeatures } from '../../models/trunk.ts';
import type { Weights } from '../../models/weights.ts';
import type { Device } from '../../runtime/device.ts';
import { Lazy, openBoth } from '../../runtime/opening.ts';
import { Program } from '../../runtime/program.ts';
import { type InversionNetworks, type InversionPhase, tell, type Watch } from './networks.ts';
import { Refiner, refineSettings, type Target } from './refine.ts';
import { Tuner, tuneSettings } from './tune.ts';

export interface InvertOptions extends Watch {
  /** Takes the encoder's word: at once, and less alike. Default false. */
  readonly quick?: boolean | undefined;
}

/** Steps of each phase; `quick` has the first alone. */
export const inversionSteps: Readonly<Record<InversionPhase, number>> = {
  encode: 1,
  refine: refineSettings.steps,
  tune: tuneSettings.steps,
};

/** The result for a crop. Latents are [layers, d]. */
export interface Inversion {
  /** As the encoder sees it. */
  readonly encoded: Float32Array;
  /** After refining; where nothing was refined, as encoded. */
  readonly latent: Float32Array;
  /** Weights of the generator, by path, that replace its own; empty where nothing was tuned. */
  readonly tuned: Weights;
}

export class Inverter {
  readonly #device: Device;
  readonly #networks: InversionNetworks;
  readonly #map: LatentMapping;
  readonly #encoder: BatchRunner;
  readonly #features: BatchRunner;
  /** Compiled when first asked for: `quick` needs neither. */
  readonly #refiner = new Lazy<Refiner>();
  readonly #tuner = new Lazy<Tuner>();

  private constructor(
    device: Device,
    networks: InversionNetworks,
    map: LatentMapping,
    encoder: BatchRunner,
    features: BatchRunner,
  ) {
    this.#device = device;
    this.#networks = networks;
    this.#map = map;
    this.#encoder = encoder;
    this.#features = features;
  }

  /** @param map of the generator. */
  static async open(device: Device, networks: InversionNetworks, map: LatentMapping): Promise<Inverter> {
    const { encoder, classifier } = networks;
    const open = async (bytes: Uint8Array) => new BatchRunner(await Program.open(device, bytes), 16);
    const [encodes, sees] = await openBoth(
      open(encoderOnnx(encoder.architecture, encoder.weights, device.target)),
      () => open(classifierOnnx(classifier.architecture, classifier.weights, device.target, classifierFeatures)),
    );
    return new Inverter(device, networks, map, encodes, sees);
  }

  /**
   * The same bits for the same crop and threads of the device.
   * @param crop [3, R, R] in [-1, 1], aligned. @throws what `signal` was aborted with.
   */
  async invert(crop: Float32Array, { quick = false, ...watch }: InvertOptions = {}): Promise<Inversion> {
    await tell(watch, 'encode', 0, 1);
    const encoded = await this.#encoder.run(crop);
    await tell(watch, 'encode', 1, 1);
    if (quick) return { encoded, latent: encoded, tuned: {} };
    const { classifier } = this.#networks;
    const count = trunkFeatures(classifier.architecture);
    const target: Target = { image: crop, features: await this.features(crop) };
    const refiner = await this.#refiner.get(() => Refiner.open(this.#device, this.#networks, count));
    const latent = await refiner.refine(target, encoded, watch);
    const tuner = await this.#tuner.get(() => Tuner.open(this.#device, this.#networks, this.#map, count));
    const tuned = await tuner.tune(target, latent, createRandom(0, streams.tune.faces), watch);
    return { encoded, latent, tuned };
  }

  /** @param images [n, 3, R, R] in [-1, 1]. @returns what the classifier sees them by, [n, F]. */
  async features(images: Float32Array): Promise<Float32Array> {
    return this.#features.run(images);
  }

  async release(): Promise<void> {
    await this.#encoder.release();
    await this.#features.release();
    await this.#refiner.release();
    await this.#tuner.release();
  }
}
