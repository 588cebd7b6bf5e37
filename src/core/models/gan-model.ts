// The interface of every kind of GAN. Whatever trains, runs or edits with one takes this and never asks for the kind.
import type { Tensor } from '../graph/tensor.ts';
import type { ParameterSpec, Tree } from '../graph/tree.ts';
import type { BatchStatistics } from '../nn/normalisation.ts';
import type { Device } from '../runtime/device.ts';
import type { GanArchitecture } from './gan-architecture.ts';
import type { Geometry } from './latents.ts';
import type { Weights } from './weights.ts';

export type SpecTree = Tree<ParameterSpec>;
export type TensorTree = Tree<Tensor>;

/** Values of parameters by their path within a network, such as `toRGB/8/weight`. */
export type ParameterValues = ReadonlyMap<string, Float32Array>;

export interface GeneratorView {
  /** The resolution it has grown to; left out, the architecture's. */
  readonly resolution?: number;
  /** Weight of the newest block in [0, 1]; left out where it counts in full. */
  readonly alpha?: Tensor | undefined;
  /** Called with the batch's statistics and the layer's path, such as `blocks/8/conv0`, where batch norm uses them. */
  readonly observe?: (path: string, statistics: BatchStatistics) => void;
}

export interface GanModel {
  readonly architecture: GanArchitecture;
  /** Where latents for editing lie. */
  readonly geometry: Geometry;
  /** Whether the generator itself brings latents to the sphere; if not, it draws latents of any length. */
  readonly normalisesLatents: boolean;
  /** Rows that a latent for editing can have, one a layer from coarse to fine; 1 where layers cannot be told apart. */
  readonly layers: number;
  /** Images of a minibatch that are seen together: 1 where each counts alone, Infinity for the whole minibatch. */
  readonly imagesTogether: number;
  /** The generator's trained parameters. @param resolution that it has grown to. */
  generatorSpec(resolution: number): SpecTree;
  /** The generator's trained parameters and what is kept beside them: running statistics of batch norm. */
  keptSpec(resolution: number): SpecTree;
  /** Parameters that a finished generator makes images from; its file may hold more. */
  finishedSpec(): SpecTree;
  /** @param weights of `keptSpec` at the full resolution, by path. @returns those of `finishedSpec`. */
  finish(device: Device, weights: Weights): Promise<Weights>;
  discriminatorSpec(resolution: number): SpecTree;
  /**
   * Starting values of parameters that a new resolution adds to trained networks, where they are not drawn at random.
   * @param generator, discriminator all parameters, the new ones as drawn. @returns by path.
   */
  grownValues(
    resolution: number,
    generator: ParameterValues,
    discriminator: ParameterValues,
  ): { readonly generator: ParameterValues; readonly discriminator: ParameterValues };
  /**
   * Whether these networks can begin as ones with fewer channels that make the same images and scores (`widened`).
   * @param shapeOf the shape of a parameter of the narrower generator, by path, where it has one of that name.
   */
  widens(shapeOf: (path: string) => readonly number[] | undefined): boolean;
  /** @param z [N, d] ~ N(0, I). @returns what `generate` takes, [N, d]. */
  map(parameters: TensorTree, z: Tensor): Tensor;
  /** @param latents [N, d], or [N, layers, d]. @returns images [N, 3, R, R], about [-1, 1]. */
  generate(parameters: TensorTree, latents: Tensor, view?: GeneratorView): Tensor;
  /** @param images [N, 3, R, R] in [-1, 1]. @returns scores [N, 1]; larger means more like a real image. */
  criticise(parameters: TensorTree, images: Tensor, alpha?: Tensor): Tensor;
}
