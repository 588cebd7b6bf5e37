// Cuts images into bands of detail, scale by scale, which the sliced Wasserstein distance compares.

/** The side of the last level, and of the smallest images that can be compared. */
export const smallestLevel = 16;

/**
 * One level of a plane's Laplacian pyramid (Burt and Adelson 1983): 5×5 binomial filter, mirrored at the borders so that
 * −1 is 1.
 * @param plane [side, side]. @param level side of the level: `side`, or that halved some times.
 * @returns [level, level]: the plane at that size less the next smaller one
 *   enlarged; at the last level the smoothed plane itself.
 */
export function pyramidLevel(plane: Float32Array, side: number, level: number): Float32Array {
  let smooth = plane;
  for (let at = side; at > level; at /= 2) smooth = halvedRows(halvedRows(smooth, at, at), at / 2, at);
  if (level === smallestLevel) return smooth;
  const half = level / 2;
  const smaller = halvedRows(halvedRows(smooth, level, level), half, level);
  const enlarged = enlargedRows(enlargedRows(smaller, half, half), level, half);
  return enlarged.map((value, at) => smooth[at]! - value);
}

/**
 * Filters rows with [1 4 6 4 1]/16 and keeps every second value. The result is turned, so that the same again does it
 * to the columns and turns back.
 * @param plane [rows, length]. @returns [length/2, rows].
 */
function halvedRows(plane: Float32Array, rows: number, length: number): Float32Array {
  const turned = new Float32Array((rows * length) / 2);
  for (let row = 0; row < rows; row++) {
    const start = row * length;
    for (let at = 0; at < length; at += 2) {
      const here = start + at;
      const before = at === 0 ? here + 1 : here - 1;
      const before2 = at === 0 ? here + 2 : here - 2;
      const after2 = at + 2 < length ? here + 2 : here;
      const outer = plane[before2]! + plane[after2]!;
      const inner = plane[before]! + plane[here + 1]!;
      turned[(at / 2) * rows + row] = (outer + 4 * inner + 6 * plane[here]!) / 16;
    }
  }
  return turned;
}

/**
 * Spreads rows to twice their length, zeros between, and filters them with [1 4 6 4 1]/8: between two values lies their
 * mean. Turned like the other way.
 * @param plane [rows, length]. @returns [2·length, rows].
 */
function enlargedRows(plane: Float32Array, rows: number, length: number): Float32Array {
  const turned = new Float32Array(2 * rows * length);
  for (let row = 0; row < rows; row++) {
    const start = row * length;
    for (let at = 0; at < length; at++) {
      const here = start + at;
      const before = at === 0 ? here + 1 : here - 1;
      const after = at + 1 < length ? here + 1 : here;
      turned[2 * at * rows + row] = (plane[before]! + 6 * plane[here]! + plane[after]!) / 8;
      turned[(2 * at + 1) * rows + row] = (plane[here]! + plane[after]!) / 2;
    }
  }
  return turned;
}
