// The style generator: a mapping from z to w, and a PGGAN whose layers w steers (Karras et al. 2020, kept small).
import * as ops from '../../graph/ops.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { ParameterSpec, Parameters } from '../../graph/tree.ts';
import { denseSpec } from '../../nn/layers.ts';
import { pixelNorm } from '../../nn/normalisation.ts';
import { channelsAt, resolutionsUpTo } from '../channels.ts';
import type { StyleArchitecture } from './architecture.ts';
import {
  bilinear2,
  type MappingSpec,
  type Styled,
  type StyledSpec,
  slowDense,
  slowDenseSpec,
  styledConv,
  styledRgb,
  styledSpec,
} from './layers.ts';

export type StyleGeneratorSpec = {
  readonly mapping: MappingSpec;
  /** The first layer's input in place of an image, [C, 4, 4]. */
  readonly constant: ParameterSpec;
  readonly blocks: Readonly<Record<string, { readonly conv0?: StyledSpec; readonly conv1: StyledSpec }>>;
  readonly toRGB: Readonly<Record<string, StyledSpec>>;
};
export type StyleGeneratorParameters = Parameters<StyleGeneratorSpec>;

/** The mapping's share of the learning rate (Karras et al. 2019, appendix C). */
const mappingRate = 0.01;

/** Rows that a latent can have, one a layer: each convolution's; toRGB takes that of the one before it. */
export function styleLayers(resolution: number): number {
  return 2 * Math.log2(resolution) - 3;
}

/** @param finished whether the mapping ends at u, the latent for editing, and the styles start from it. */
export function styleGeneratorSpec(
  architecture: StyleArchitecture,
  resolution = architecture.resolution,
  finished = false,
): StyleGeneratorSpec {
  const { latentSize: d } = architecture;
  const channels = (side: number) => channelsAt(architecture, side);
  const block = (side: number) => ({
    ...(side > 4 ? { conv0: styledSpec(d, channels(side / 2), channels(side), 3) } : {}),
    conv1: styledSpec(d, channels(side), channels(side), 3),
  });
  const sides = resolutionsUpTo(resolution);
  return {
    mapping: {
      0: slowDenseSpec(d, d, mappingRate),
      1: slowDenseSpec(d, d, mappingRate),
      ...(finished ? { whiten: denseSpec(d, d) } : {}),
    },
    constant: { shape: [channels(4), 4, 4], deviation: 1 },
    blocks: Object.fromEntries(sides.map(side => [side, block(side)])),
    toRGB: Object.fromEntries(sides.map(side => [side, styledSpec(d, channels(side), 3, 1)])),
  };
}

/** @param z [N, d]. @returns w [N, d]; of a finished generator u [N, d]. */
export function styleMapping({ mapping }: Pick<StyleGeneratorParameters, 'mapping'>, z: Tensor): Tensor {
  const w = slowDense(mapping[1], slowDense(mapping[0], pixelNorm(z), mappingRate), mappingRate);
  const { whiten } = mapping;
  return whiten === undefined ? w : ops.add(ops.matmul(w, whiten.weight, false, true), whiten.bias);
}

/**
 * @param w [N, d] for all layers, or [N, L, d], a row a layer from coarse to fine (see `styleLayers`); of a finished
 *   generator u in its place. @returns images [N, 3, R, R], about [-1, 1], unbounded.
 */
export function styleGenerator(parameters: StyleGeneratorParameters, w: Tensor, resolution: number): Tensor {
  const n = w.shape[0]!;
  const size = w.shape.at(-1)!;
  const rowOf = (layer: number) =>
    w.shape.length === 2 ? w : ops.reshape(ops.slice(w, [0, layer, 0], [n, 1, size]), [n, size]);
  const { shape } = parameters.constant;
  const constant = ops.expand(ops.reshape(parameters.constant, [1, ...shape]), [n, ...shape]);
  let layer = 0;
  let x = styledConv(parameters.blocks['4']!.conv1, constant, rowOf(layer), false);
  let image = styledRgb(parameters.toRGB['4']!, x, rowOf(layer));
  for (const side of resolutionsUpTo(resolution).slice(1)) {
    const block = parameters.blocks[side]! as { readonly conv0: Styled; readonly conv1: Styled };
    x = styledConv(block.conv0, x, rowOf(++layer), true);
    x = styledConv(block.conv1, x, rowOf(++layer), false);
    image = ops.add(bilinear2(image), styledRgb(parameters.toRGB[side]!, x, rowOf(layer)));
  }
  return image;
}
