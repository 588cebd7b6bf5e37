// The weights of a trained network, and the constants of a graph that they become.
import type { NdArray } from '../formats/nd-array.ts';
import * as ops from '../graph/ops.ts';
import { mapTree, type ParameterSpec, type Parameters, type Tree } from '../graph/tree.ts';

/** Values of a parameter by its path in the network's spec. */
export type Weights = Readonly<Record<string, NdArray<Float32Array>>>;

/** A trained network: to compile, to differentiate or to train on. */
export interface Network<Architecture> {
  readonly architecture: Architecture;
  readonly weights: Weights;
}

/** @param precision `float64` for the interpreter, which would otherwise convert the values anew at each run. */
export function constants<T extends Tree<ParameterSpec>>(
  tree: T,
  weights: Weights,
  precision: 'float32' | 'float64' = 'float32',
): Parameters<T> {
  return mapTree(tree, ({ shape }: ParameterSpec, path) => {
    const known = weights[path];
    if (known === undefined) throw new Error(`no weights for ${path}`);
    return ops.constant(precision === 'float64' ? new Float64Array(known.data) : known.data, shape);
  });
}
