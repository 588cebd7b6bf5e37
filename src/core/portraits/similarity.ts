// Turns, scales and shifts of the plane: how a face in a photo is brought to where networks expect it.
import type { Point } from './photo.ts';

/** (x, y) ↦ (a·x − b·y + dx, b·x + a·y + dy). */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly dx: number;
  readonly dy: number;
}

export function applySimilarity({ a, b, dx, dy }: Similarity, [x, y]: Point): Point {
  return [a * x - b * y + dx, b * x + a * y + dy];
}

export function invertSimilarity({ a, b, dx, dy }: Similarity): Similarity {
  const square = a * a + b * b;
  const [c, d] = [a / square, -b / square];
  return { a: c, b: d, dx: -(c * dx - d * dy), dy: -(d * dx + c * dy) };
}

/** @returns the factor by which lengths grow. */
export function scaleOf({ a, b }: Similarity): number {
  return Math.hypot(a, b);
}

/**
 * The least-squares similarity without reflection (Umeyama 1991), which in the plane has this closed form.
 * @param from at least two points, not all in one place. @param to as many.
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const mean = (points: readonly Point[], axis: 0 | 1) =>
    points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [fromX, fromY, toX, toY] = [mean(from, 0), mean(from, 1), mean(to, 0), mean(to, 1)];
  let [along, across, spread] = [0, 0, 0];
  for (const [i, point] of from.entries()) {
    const [x, y] = [point[0] - fromX, point[1] - fromY];
    const [u, v] = [to[i]![0] - toX, to[i]![1] - toY];
    along += x * u + y * v;
    across += x * v - y * u;
    spread += x * x + y * y;
  }
  const [a, b] = [along / spread, across / spread];
  return { a, b, dx: toX - a * fromX + b * fromY, dy: toY - b * fromX - a * fromY };
}
