// The few dense vector operations that boundaries and edits need, in float64: subspaces, projections, small systems.

/** @returns a·b. @param a [n]. @param b [n]. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** @returns ‖v‖, the Euclidean length. */
export function length(v: ArrayLike<number>): number {
  return Math.sqrt(dot(v, v));
}

/** @returns the cosine of the angle between two vectors that are not zero. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return dot(a, b) / (length(a) * length(b));
}

/** @returns factor · v. */
export function scaled(v: ArrayLike<number>, factor: number): Float64Array<ArrayBuffer> {
  const product = new Float64Array(v.length); // Float64Array.from with a function would take ten times as long
  for (let i = 0; i < v.length; i++) product[i] = v[i]! * factor;
  return product;
}

/** @returns a + b. @param a [n]. @param b [n]. */
export function sum(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  return a.map((x, i) => x + b[i]!);
}

/** Adds factor · v to `target`, in place. */
export function addScaled(target: Float64Array, v: ArrayLike<number>, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * v[i]!;
}

/** @returns RRᵀ + λI, the products of m rows R [m, d] with each other: m rows of m numbers. */
export function gram(rows: readonly ArrayLike<number>[], lambda: number): Float64Array[] {
  const products = rows.map(() => new Float64Array(rows.length));
  for (const [i, row] of rows.entries()) {
    for (let j = 0; j < i; j++) products[j]![i] = products[i]![j] = dot(row, rows[j]!);
    products[i]![i] = dot(row, row) + lambda;
  }
  return products;
}

/**
 * Share of a vector that must be new for it to count as independent: float32's precision, since a smaller part may be
 * noise from a float32 file.
 */
const rankTolerance = 1e-7;

/**
 * An orthonormal basis of the span of `vectors`: the Q of a QR factorisation, by modified Gram-Schmidt, repeated
 * where it loses digits, which is as orthogonal as rounding allows (Giraud et al. 2005).
 * @param vectors k vectors [d]; they may be dependent, more than d, or none.
 * @returns r ≤ min(k, d) orthonormal vectors [d], where r is the rank.
 */
export function orthonormalBasis(vectors: Iterable<ArrayLike<number>>): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = removeSpan(vector, basis);
    const restLength = length(rest);
    if (restLength > rankTolerance * length(vector)) basis.push(scaled(rest, 1 / restLength));
  }
  return basis;
}

/** @returns v − BBᵀv, the part of v [d] orthogonal to an orthonormal `basis` of any size, zero included. */
export function removeSpan(v: ArrayLike<number>, basis: readonly Float64Array[]): Float64Array<ArrayBuffer> {
  const rest = Float64Array.from(v);
  const before = length(rest);
  for (const direction of basis) removeComponent(rest, direction);
  // Where little is left, rounding errors are large beside it; a second pass is enough (Parlett 1980, §6.9).
  if (length(rest) < before / 2) for (const direction of basis) removeComponent(rest, direction);
  return rest;
}

/** Subtracts from v its component along a unit `direction`, in place. The inner loop of edits: float64 arrays only. */
function removeComponent(v: Float64Array, direction: Float64Array): void {
  let component = 0;
  for (let i = 0; i < v.length; i++) component += v[i]! * direction[i]!;
  for (let i = 0; i < v.length; i++) v[i]! -= component * direction[i]!;
}

/**
 * Solves A x = b by Gaussian elimination with partial pivoting.
 * @param matrix m rows of m numbers. @param right [m].
 * @returns x [m], or undefined where A is singular: where a pivot falls below 1e-9 of A's largest entry.
 */
export function solve(
  matrix: readonly ArrayLike<number>[],
  right: ArrayLike<number>,
): Float64Array<ArrayBuffer> | undefined {
  const m = matrix.length;
  // Each row carries its right-hand side as column m, so that both are swapped and eliminated together.
  const rows = matrix.map((row, i) => Float64Array.of(...Array.from(row), right[i]!));
  // A loop: as arguments of one call, the entries of 400 rows are too many.
  let largest = 0;
  for (const row of matrix) for (let j = 0; j < m; j++) largest = Math.max(largest, Math.abs(row[j]!));
  for (let column = 0; column < m; column++) {
    let pivot = column;
    for (let i = column + 1; i < m; i++) {
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i;
    }
    const pivotRow = rows[pivot]!;
    if (!(Math.abs(pivotRow[column]!) > 1e-9 * largest)) return undefined;
    rows[pivot] = rows[column]!;
    rows[column] = pivotRow;
    for (let i = column + 1; i < m; i++) addScaled(rows[i]!, pivotRow, -rows[i]![column]! / pivotRow[column]!);
  }
  const x = new Float64Array(m);
  for (let i = m - 1; i >= 0; i--) {
    const row = rows[i]!;
    let sum = row[m]!;
    for (let j = i + 1; j < m; j++) sum -= row[j]! * x[j]!;
    x[i] = sum / row[i]!;
  }
  return x;
}

/**
 * The inverse of a symmetric, positive definite matrix, by Gauss-Jordan elimination, which needs no pivoting there.
 * @param matrix m rows of m numbers.
 */
export function inverted(matrix: readonly ArrayLike<number>[]): Float64Array[] {
  const m = matrix.length;
  const rows = matrix.map(row => Float64Array.from(row));
  for (let k = 0; k < m; k++) {
    const pivotRow = rows[k]!;
    const pivot = pivotRow[k]!;
    pivotRow[k] = 1;
    for (let j = 0; j < m; j++) pivotRow[j]! /= pivot;
    for (const row of rows) {
      if (row === pivotRow) continue;
      const factor = row[k]!;
      row[k] = 0;
      addScaled(row, pivotRow, -factor);
    }
  }
  return rows;
}
