// The field: a small smooth network from latents to logits, fitted to labelled generated faces. It stands in for
// generator and classifier where an edit needs their slope at every small step.
import { z } from 'zod';
import { mostAttributes } from '../attributes.ts';
import { UserError } from '../errors.ts';
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Parameters } from '../graph/tree.ts';
import { addScaled } from '../math/linear-algebra.ts';
import { matrixProducts, type TimesMatrix } from '../math/matrix-products.ts';
import { sigmoid } from '../math/sigmoid.ts';
import type { Matrix } from '../math/symmetric.ts';
import { dense, denseSpec, he, type LayerSpec } from '../nn/layers.ts';
import type { Weights } from './weights.ts';

export const fieldArchitectureSchema = z.object({
  /** d: latents as the generator sees them. */
  latentSize: z.int().min(1).max(4096),
  /** Units of each hidden layer. */
  widths: z.array(z.int().min(1).max(4096)).max(8),
  /** Names of the predicted scores: attributes, by their logits, and `Brightness`. */
  outputs: z
    .array(z.string())
    .min(1)
    .max(mostAttributes + 1),
});

export type FieldArchitecture = Readonly<z.output<typeof fieldArchitectureSchema>>;

/** Dense layers by their place, from `0`. */
export type FieldSpec = Readonly<Record<string, LayerSpec>>;

export function fieldSpec({ latentSize, widths, outputs }: FieldArchitecture): FieldSpec {
  const sizes = [latentSize, ...widths, outputs.length];
  const layers = sizes.slice(1).map((size, at) => {
    const last = at === sizes.length - 2;
    return [`${at}`, he(denseSpec(sizes[at]!, size), last ? 1 : undefined)] as const;
  });
  return Object.fromEntries(layers);
}

/** @param latents [n, d]. @returns [n, outputs]. Between layers SiLU, x·σ(x): its slope has no steps. */
export function field(parameters: Parameters<FieldSpec>, latents: Tensor): Tensor {
  const layers = Object.values(parameters);
  return layers.reduce((x, layer, at) => {
    const next = dense(layer, x);
    return at === layers.length - 1 ? next : ops.mul(next, ops.sigmoid(next));
  }, latents);
}

/** Some outputs at a latent, and where they rise. */
export interface Slopes {
  /** One a wanted output. */
  readonly values: Float64Array;
  /** Gradients by the latent [d], one a wanted output. */
  readonly slopes: readonly Float64Array[];
}

/** A fitted field without ONNX Runtime: an edit asks it some dozens of times, one latent each, and waits for the answer. */
export class Field {
  readonly architecture: FieldArchitecture;
  readonly #columns: ReadonlyMap<string, number>;
  /** [outputs], one a layer. */
  readonly #biases: readonly Float32Array[];
  /** A layer's input times its weights, one a layer. */
  readonly #forward: readonly TimesMatrix[];
  /** A gradient by a layer's sums times its weights, one a layer but for the last. */
  readonly #backward: readonly TimesMatrix[];
  /** The last layer's weights [inputs], one an output. */
  readonly #lastRows: readonly Float64Array[];

  /** @throws Error where a weight is missing or of another shape. */
  constructor(architecture: FieldArchitecture, weights: Weights) {
    this.architecture = architecture;
    this.#columns = new Map(architecture.outputs.map((name, column) => [name, column]));
    const layers = Object.entries(fieldSpec(architecture)).map(([at, spec]) => {
      const [outputs, inputs] = spec.weight.shape as [number, number];
      const [weight, bias] = [`${at}/weight`, `${at}/bias`].map(name => weights[name]);
      if (weight?.data.length !== outputs * inputs || bias?.data.length !== outputs) {
        throw new Error(`the field's layer ${at} must have ${outputs} × ${inputs} weights and ${outputs} biases`);
      }
      const matrix = { values: Float64Array.from(weight.data), rows: outputs, columns: inputs };
      return { matrix, bias: bias.data };
    });
    this.#biases = layers.map(({ bias }) => bias);
    const matrices = layers.map(({ matrix }) => matrix);
    const { values, columns } = matrices.at(-1)!;
    this.#lastRows = Array.from({ length: architecture.outputs.length }, (_, row) =>
      values.slice(row * columns, (row + 1) * columns),
    );
    const products = matrixProducts([...matrices.map(transposed), ...matrices.slice(0, -1)]);
    this.#forward = products.slice(0, layers.length);
    this.#backward = products.slice(layers.length);
  }

  has(output: string): boolean {
    return this.#columns.has(output);
  }

  /** @param latent [d] as the generator sees it. @returns the outputs of these names. @throws UserError for others. */
  values(latent: ArrayLike<number>, names: readonly string[]): Float64Array {
    if (names.length === 0) return new Float64Array();
    const last = this.#sums(latent).at(-1)!;
    return Float64Array.from(names, name => last[this.#column(name)]!);
  }

  /** As `values`, with the gradient of each. */
  slopes(latent: ArrayLike<number>, names: readonly string[]): Slopes {
    const sums = this.#sums(latent);
    const last = sums.at(-1)!;
    return {
      values: Float64Array.from(names, name => last[this.#column(name)]!),
      slopes: this.#gradients(
        sums,
        names.map(name => this.#column(name)),
      ),
    };
  }

  /** Sums of each layer before its activation. */
  #sums(latent: ArrayLike<number>): Float64Array[] {
    let x: Float64Array = Float64Array.from(latent);
    return this.#forward.map((times, layer) => {
      const [sums] = times([x]) as [Float64Array];
      addScaled(sums, this.#biases[layer]!, 1);
      x = sums.map(silu);
      return sums;
    });
  }

  /** Gradients of some outputs by the latent. */
  #gradients(sums: readonly Float64Array[], columns: readonly number[]): Float64Array[] {
    let slopes = columns.map(column => this.#lastRows[column]!.slice());
    for (let layer = this.#backward.length - 1; layer >= 0; layer--) {
      const ofActivation = sums[layer]!.map(siluSlope);
      for (const slope of slopes) for (let o = 0; o < slope.length; o++) slope[o]! *= ofActivation[o]!;
      slopes = this.#backward[layer]!(slopes);
    }
    return slopes;
  }

  #column(name: string): number {
    const column = this.#columns.get(name);
    if (column !== undefined) return column;
    throw new UserError(`the field must know an attribute to hold it; it does not know ${name}`);
  }
}

function transposed({ values, rows, columns }: Matrix): Matrix {
  const turned = Float64Array.from(
    { length: rows * columns },
    (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!,
  );
  return { values: turned, rows: columns, columns: rows };
}

function silu(x: number): number {
  return x * sigmoid(x);
}

function siluSlope(x: number): number {
  const s = sigmoid(x);
  return s * (1 + x * (1 - s));
}
