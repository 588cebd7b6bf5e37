// The field: a small smooth network from latents to logits, fitted to labelled generated faces. It stands in for
// generator and classifier where an edit needs their slope at every small step.
import { z } from 'zod';
import { mostAttributes } from '../attributes.ts';
import { UserError } from '../errors.ts';
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Parameters } from '../graph/tree.ts';
import { addScaled } from '../math/linear-algebra.ts';
import { sigmoid } from '../math/sigmoid.ts';
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

interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs, inputs]. */
  readonly weight: Float64Array;
  /** [inputs, outputs]. */
  readonly transposed: Float64Array;
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
        const transposed = Float64Array.from({ length: inputs * outputs }, (_, i) => {
          return weight.data[(i % outputs) * inputs + Math.floor(i / outputs)]!;
        });
        return {
          inputs,
          outputs,
          weight: Float64Array.from(weight.data),
          transposed,
          bias: Float64Array.from(bias.data),
        };
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
    return this.#layers.map(({ outputs, transposed, bias }) => {
      const sums = timesMatrix(x, transposed, outputs);
      addScaled(sums, bias, 1);
      x = sums.map(silu);
      return sums;
    });
  }

  /** Gradients of some outputs by the latent. */
  #gradients(sums: readonly Float64Array[], columns: readonly number[]): Float64Array[] {
    const top = this.#layers.length - 1;
    const { inputs, weight } = this.#layers[top]!;
    let slopes = columns.map(column => weight.slice(column * inputs, (column + 1) * inputs));
    for (let at = top - 1; at >= 0; at--) {
      const layer = this.#layers[at]!;
      const ofActivation = sums[at]!.map(siluSlope);
      for (const slope of slopes) for (let o = 0; o < slope.length; o++) slope[o]! *= ofActivation[o]!;
      slopes = eachTimesMatrix(slopes, layer.weight, layer.inputs);
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

/**
 * @returns xᵀM [columns] of x [rows] and a matrix M [rows, columns]. Four rows are added at once, so that the sums are
 *   read and written a quarter as often: half of the time.
 */
function timesMatrix(x: Float64Array, matrix: Float64Array, columns: number): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(columns);
  const inFours = x.length - (x.length % 4);
  for (let r = 0; r < inFours; r += 4) addFourRows(sums, matrix, r * columns, x[r]!, x[r + 1]!, x[r + 2]!, x[r + 3]!);
  for (let r = inFours; r < x.length; r++) addScaled(sums, matrix.subarray(r * columns, (r + 1) * columns), x[r]!);
  return sums;
}

/** Adds a·m₀ + b·m₁ + c·m₂ + d·m₃, rows of a matrix of which the first begins at `from`, in place. */
function addFourRows(
  sums: Float64Array,
  matrix: Float64Array,
  from: number,
  ...[a, b, c, d]: [number, number, number, number]
): void {
  const n = sums.length;
  const [second, third, fourth] = [from + n, from + 2 * n, from + 3 * n];
  for (let i = 0; i < n; i++) {
    sums[i]! += a * matrix[from + i]! + b * matrix[second + i]! + c * matrix[third + i]! + d * matrix[fourth + i]!;
  }
}

/** `timesMatrix` of several, to the same bits: two read the matrix together, in 0.7 of the time. */
function eachTimesMatrix(
  xs: readonly Float64Array[],
  matrix: Float64Array,
  columns: number,
): Float64Array<ArrayBuffer>[] {
  const all: Float64Array<ArrayBuffer>[] = [];
  for (let at = 0; at < xs.length; at += 2) {
    const [x, y] = [xs[at]!, xs[at + 1]];
    if (y === undefined || x.length % 4 !== 0) {
      for (const one of xs.slice(at, at + 2)) all.push(timesMatrix(one, matrix, columns));
      continue;
    }
    const [ofX, ofY] = [new Float64Array(columns), new Float64Array(columns)];
    for (let r = 0; r < x.length; r += 4) addFourRowsToBoth(ofX, ofY, matrix, r * columns, x, y, r);
    all.push(ofX, ofY);
  }
  return all;
}

/** Adds the four rows that begin at `from`, weighted by x from `at` on, to `sums`, and weighted by y to `others`. */
function addFourRowsToBoth(
  sums: Float64Array,
  others: Float64Array,
  matrix: Float64Array,
  from: number,
  x: Float64Array,
  y: Float64Array,
  at: number,
): void {
  const n = sums.length;
  const [second, third, fourth] = [from + n, from + 2 * n, from + 3 * n];
  const [a, b, c, d] = [x[at]!, x[at + 1]!, x[at + 2]!, x[at + 3]!];
  const [e, f, g, h] = [y[at]!, y[at + 1]!, y[at + 2]!, y[at + 3]!];
  for (let i = 0; i < n; i++) {
    const p = matrix[from + i]!;
    const q = matrix[second + i]!;
    const r = matrix[third + i]!;
    const s = matrix[fourth + i]!;
    sums[i]! += a * p + b * q + c * r + d * s;
    others[i]! += e * p + f * q + g * r + h * s;
  }
}

function silu(x: number): number {
  return x * sigmoid(x);
}

function siluSlope(x: number): number {
  const s = sigmoid(x);
  return s * (1 + x * (1 - s));
}
