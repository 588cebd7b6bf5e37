// Small tools for tests of the engine: reproducible inputs, derivatives by central differences, comparisons.
import { interpret } from '../../../src/core/graph/interpreter.ts';
import { input } from '../../../src/core/graph/ops.ts';
import { type Shape, sizeOf, type Tensor } from '../../../src/core/graph/tensor.ts';
import { createRandom } from '../../../src/core/math/random.ts';

export type TestFeeds = Record<string, Float64Array>;

/** Inputs `x0`, `x1`, … of the given shapes with normal values, moved away from 0 where rectifiers have their kink. */
export function randomInputs(shapes: readonly Shape[], domain: (x: number) => number = x => x, seed = 1) {
  const random = createRandom(seed);
  const inputs = shapes.map((shape, index) => input(`x${index}`, shape));
  const feeds: TestFeeds = Object.fromEntries(
    shapes.map((shape, index) => [
      `x${index}`,
      Float64Array.from({ length: sizeOf(shape) }, () => {
        const value = random.normal();
        return domain(value + 0.05 * Math.sign(value));
      }),
    ]),
  );
  return { inputs, feeds };
}

/** Derivative of the scalar `y` by every element of the named input, by central differences in float64. */
export function centralDifferences(y: Tensor, feeds: TestFeeds, name: string, step = 1e-5): Float64Array {
  return feeds[name]!.map((value, index) => {
    const at = (moved: number) => {
      const values = Float64Array.from(feeds[name]!);
      values[index] = moved;
      return interpret([y], { ...feeds, [name]: values })[0]![0]!;
    };
    return (at(value + step) - at(value - step)) / (2 * step);
  });
}

/** ‖a − b‖ / ‖b‖, or ‖a‖ where b is zero. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return Math.sqrt(difference) / (Math.sqrt(norm) || 1);
}

/** Weights that turn any output into a scalar whose derivatives differ from element to element. */
export function weightedSumWeights(shape: Shape): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, (_, index) => Math.cos(index * 1.7) + 0.3);
}
