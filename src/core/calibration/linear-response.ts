// Estimates how much each attribute's logit changes with a step in latent space, so that helpful locks can be predicted.
import { solve } from '../math/linear-algebra.ts';

export interface LinearResponse {
  /** One row [d] an attribute: the change of its logit for a step of one along each axis, on average over faces. */
  readonly slopes: readonly Float64Array[];
}

/** Added to the diagonal, in units of the latents' variance: few faces of many dimensions stay solvable. */
const ridge = 1e-3;

/**
 * Fits logits to latents by least squares with an intercept and a little ridge, through the normal equations.
 * @param latents [n, size]. @param logits [n, columns]. @throws RangeError where the arrays do not fit together.
 */
export function linearResponse(
  latents: Float32Array,
  size: number,
  logits: Float32Array,
  columns: number,
): LinearResponse {
  const n = latents.length / size;
  if (logits.length !== n * columns) {
    throw new RangeError(`${n} latents need logits of ${n} × ${columns}; got ${logits.length}`);
  }
  const [x, y] = [centred(latents, size), centred(logits, columns)];
  const gram = Array.from({ length: size }, () => new Float64Array(size));
  const moments = Array.from({ length: columns }, () => new Float64Array(size));
  for (let row = 0; row < n; row++) {
    const at = row * size;
    for (let i = 0; i < size; i++) {
      const value = x[at + i]!;
      const target = gram[i]!;
      for (let j = i; j < size; j++) target[j]! += value * x[at + j]!;
    }
    for (let c = 0; c < columns; c++) {
      const value = y[row * columns + c]!;
      const target = moments[c]!;
      for (let i = 0; i < size; i++) target[i]! += value * x[at + i]!;
    }
  }
  for (let i = 0; i < size; i++) {
    gram[i]![i]! += ridge * n;
    for (let j = 0; j < i; j++) gram[i]![j] = gram[j]![i]!;
  }
  return { slopes: moments.map(moment => solve(gram, moment)!) }; // ridge keeps it regular
}

/** @returns rows without the mean of their column. */
function centred(values: Float32Array, columns: number): Float64Array {
  const means = new Float64Array(columns);
  const n = values.length / columns;
  for (let at = 0; at < values.length; at++) means[at % columns]! += values[at]! / n;
  return Float64Array.from(values, (value, at) => value - means[at % columns]!);
}
