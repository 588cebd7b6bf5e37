// The field: a small smooth network from latents to logits, fitted to labelled generated faces. It stands in for
// generator and classifier where an edit needs their slope at every small step.
import { z } from 'zod';
import { UserError } from '../errors.ts';
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Parameters } from '../graph/tree.ts';
import { dense, denseSpec, he, type LayerSpec } from '../nn/layers.ts';
import type { Weights } from './weights.ts';

export const fieldArchitectureSchema = z.object({
  /** d: latents as the generator sees them. */
  latentSize: z.int().min(1).max(4096),
  /** Units of each hidden layer. */
  widths: z.array(z.int().min(1).max(4096)).max(8),
  /** Names of the predicted scores: attributes, by their logits, and `Brightness`. */
  outputs: z.array(z.string()).min(1).max(256),
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

interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs, inputs]. */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/** A fitted field in plain arithmetic: an edit asks it some dozens of times, one latent each, and waits for the answer. */
export class Field {
  readonly architecture: FieldArchitecture;
  readonly #layers: readonly DenseLayer[];
  readonly #columns: ReadonlyMap<string, number>;

  /** @throws Error where a weight is missing or of another shape. */
  constructor(architecture: FieldArchitecture, weights: Weights) {
    this.architecture = architecture;
    this.#columns = new Map(architecture.outputs.map((name, column) => [name, column]));
    this.#layers = Object.entries(fieldSpec(architecture)).map(
      ([
        at,
        {
          weight: { shape },
        },
      ]) => {
        const [outputs, inputs] = shape as [number, number];
        const [weight, bias] = [`${at}/weight`, `${at}/bias`].map(name => weights[name]);
        if (weight?.data.length !== outputs * inputs || bias?.data.length !== outputs) {
          throw new Error(`the field's layer ${at} must have ${outputs} × ${inputs} weights and ${outputs} biases`);
        }
        return { inputs, outputs, weight: Float64Array.from(weight.data), bias: Float64Array.from(bias.data) };
      },
    );
  }

  has(output: string): boolean {
    return this.#columns.has(output);
  }

  /** @param latent [d] as the generator sees it. @returns the outputs of these names. @throws UserError for others. */
  values(latent: ArrayLike<number>, names: readonly string[]): Float64Array {
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
    let x = Float64Array.from(latent);
    return this.#layers.map(({ inputs, outputs, weight, bias }) => {
      const sums = Float64Array.from(bias);
      for (let o = 0; o < outputs; o++) sums[o]! += rowTimes(weight, o * inputs, x);
      x = sums.map(silu);
      return sums;
    });
  }

  /** Gradients of some outputs by the latent. Each row of weights is read once for all of them. */
  #gradients(sums: readonly Float64Array[], columns: readonly number[]): Float64Array[] {
    const top = this.#layers.length - 1;
    const { inputs, weight } = this.#layers[top]!;
    let slopes = columns.map(column => weight.slice(column * inputs, (column + 1) * inputs));
    for (let at = top - 1; at >= 0; at--) {
      const layer = this.#layers[at]!;
      const below = columns.map(() => new Float64Array(layer.inputs));
      for (let o = 0; o < layer.outputs; o++) {
        const siluThere = siluSlope(sums[at]![o]!);
        for (let k = 0; k < slopes.length; k++) {
          addRow(below[k]!, layer.weight, o * layer.inputs, slopes[k]![o]! * siluThere);
        }
      }
      slopes = below;
    }
    return slopes;
  }

  #column(name: string): number {
    const column = this.#columns.get(name);
    if (column !== undefined) return column;
    throw new UserError(`the field must know an attribute to hold it; it does not know ${name}`);
  }
}

// Plain loops over float64 arrays alone: written for any kind of array they would take ten times as long.

/** @returns the product of x with the row of weights that begins at `from`. */
function rowTimes(weight: Float64Array, from: number, x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += weight[from + i]! * x[i]!;
  return sum;
}

/** Adds factor times a row of weights, in place. */
function addRow(target: Float64Array, weight: Float64Array, from: number, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * weight[from + i]!;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function silu(x: number): number {
  return x * sigmoid(x);
}

function siluSlope(x: number): number {
  const s = sigmoid(x);
  return s * (1 + x * (1 - s));
}
