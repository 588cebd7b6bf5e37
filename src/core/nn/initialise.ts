// First values of parameters, drawn from a seeded generator.
import { sizeOf } from '../graph/tensor.ts';
import type { ParameterSpec } from '../graph/tree.ts';
import { normals, type Random } from '../math/random.ts';

/** @returns row-major values drawn as the spec says. */
export function initialValues({ shape, deviation, mean = 0 }: ParameterSpec, random: Random): Float32Array {
  const count = sizeOf(shape);
  if (deviation === 0) return new Float32Array(count).fill(mean);
  return normals(random, count).map(value => value * deviation + mean);
}
