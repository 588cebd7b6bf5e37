// Cholesky factors and eigenvalues of symmetric matrices in float64, so that covariances can be compared.

/** Row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns]. */
  readonly values: Float64Array;
}

/** @returns A Bᵀ. @param b of as many columns as `a`. */
export function timesTransposed(a: Matrix, b: Matrix): Matrix {
  const { columns } = a;
  const product = { rows: a.rows, columns: b.rows, values: new Float64Array(a.rows * b.rows) };
  for (let i = 0; i < a.rows; i++) {
    const left = a.values.subarray(i * columns, (i + 1) * columns);
    let j = 0;
    // Four dot products at once read the left row once, and none of their sums waits for another.
    for (; j + 4 <= b.rows; j += 4) {
      const from = j * columns;
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let k = 0; k < columns; k++) {
        const x = left[k]!;
        s0 += x * b.values[from + k]!;
        s1 += x * b.values[from + columns + k]!;
        s2 += x * b.values[from + 2 * columns + k]!;
        s3 += x * b.values[from + 3 * columns + k]!;
      }
      product.values.set([s0, s1, s2, s3], i * b.rows + j);
    }
    for (; j < b.rows; j++) {
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += left[k]! * b.values[j * columns + k]!;
      product.values[i * b.rows + j] = sum;
    }
  }
  return product;
}

/**
 * The Cholesky factor of a positive semi-definite matrix, with pivoting: it stops where only rounding is left, so a
 * matrix of any rank has one (Higham 2002, §10.3).
 * @param values [n, n]. @returns F [rank, n], FᵀF being the matrix.
 */
export function choleskyFactor(values: Float64Array, n: number): Matrix {
  // The diagonal of what is not yet factored.
  const rest = Float64Array.from({ length: n }, (_, i) => values[i * n + i]!);
  const negligible = n * Number.EPSILON * Math.max(0, ...rest);
  const factor = new Float64Array(n * n);
  let rank = 0;
  for (; rank < n; rank++) {
    let pivot = 0;
    for (let i = 1; i < n; i++) if (rest[i]! > rest[pivot]!) pivot = i;
    if (!(rest[pivot]! > negligible)) break;
    const row = factor.subarray(rank * n, (rank + 1) * n);
    row.set(values.subarray(pivot * n, (pivot + 1) * n));
    for (let before = 0; before < rank; before++) {
      const from = before * n;
      const weight = factor[from + pivot]!;
      for (let i = 0; i < n; i++) row[i]! -= weight * factor[from + i]!;
    }
    const scale = 1 / Math.sqrt(rest[pivot]!);
    for (let i = 0; i < n; i++) {
      row[i]! *= scale;
      rest[i]! -= row[i]! * row[i]!;
    }
    rest[pivot] = 0;
  }
  return { rows: rank, columns: n, values: factor.subarray(0, rank * n) };
}

/** @param values [n, n], symmetric. @returns its eigenvalues [n], ascending, to within rounding of the largest. */
export function symmetricEigenvalues(values: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const { diagonal, beside } = tridiagonalised(values, n);
  return eigenvaluesOfTridiagonal(diagonal, beside).sort();
}

interface Tridiagonal {
  /** [n]. */
  readonly diagonal: Float64Array<ArrayBuffer>;
  /** [n]: entry i stands in row i and column i + 1; the last is 0. */
  readonly beside: Float64Array<ArrayBuffer>;
}

/** A matrix with the same eigenvalues, by Householder's reflections. Only the upper triangle of `values` is read. */
function tridiagonalised(values: Float64Array, n: number): Tridiagonal {
  const a = values.slice();
  const [diagonal, beside] = [new Float64Array(n), new Float64Array(n)];
  const [v, w] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n; k++) {
    const first = k + 1;
    diagonal[k] = a[k * n + k]!;
    let square = 0;
    for (let j = first; j < n; j++) square += a[k * n + j]! ** 2;
    if (square === 0) continue; // nothing to be reflected
    // The reflection I − 2 v vᵀ / ‖v‖² takes the row beyond the diagonal to (−sign · its length, 0, …).
    const head = a[k * n + first]!;
    const image = head > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    beside[k] = image;
    for (let j = first; j < n; j++) v[j] = a[k * n + j]!;
    v[first]! -= image;
    const factor = 1 / (square - head * image); // 2 / ‖v‖²
    // w = factor · A v, each entry of the triangle standing for two.
    w.fill(0, first);
    for (let i = first; i < n; i++) {
      const [start, vi] = [i * n, v[i]!];
      let sum = a[start + i]! * vi;
      for (let j = i + 1; j < n; j++) {
        const entry = a[start + j]!;
        sum += entry * v[j]!;
        w[j]! += entry * vi;
      }
      w[i]! += sum;
    }
    let along = 0;
    for (let i = first; i < n; i++) {
      w[i]! *= factor;
      along += v[i]! * w[i]!;
    }
    for (let i = first; i < n; i++) w[i]! -= (factor / 2) * along * v[i]!;
    for (let i = first; i < n; i++) {
      const [start, vi, wi] = [i * n, v[i]!, w[i]!];
      for (let j = i; j < n; j++) a[start + j]! -= vi * w[j]! + wi * v[j]!;
    }
  }
  return { diagonal, beside };
}

/** Upper limit for one eigenvalue; two sweeps are usual. */
const maxSweeps = 60;

/** By the implicit QL method (Press et al. 2007, §11.4), in place. @returns `d`, in no order. */
function eigenvaluesOfTridiagonal(d: Float64Array<ArrayBuffer>, e: Float64Array): Float64Array<ArrayBuffer> {
  const n = d.length;
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]!) + Math.abs(e[i]!));
  const negligible = Number.EPSILON * norm;
  for (let low = 0; low < n; low++) {
    for (let sweep = 0; ; sweep++) {
      let high = low; // the block from low to high holds together
      while (high < n - 1 && Math.abs(e[high]!) > negligible) high++;
      if (high === low) break;
      if (sweep === maxSweeps) throw new Error(`no eigenvalue ${low} of ${n} after ${maxSweeps} sweeps`);
      const half = (d[low + 1]! - d[low]!) / (2 * e[low]!);
      const root = Math.hypot(half, 1);
      let g = d[high]! - d[low]! + e[low]! / (half + (half < 0 ? -root : root));
      let [s, c, p] = [1, 1, 0];
      let i = high - 1;
      for (; i >= low; i--) {
        const f = s * e[i]!;
        const b = c * e[i]!;
        const r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) break; // the block falls apart
        s = f / r;
        c = g / r;
        g = d[i + 1]! - p;
        const t = (d[i]! - g) * s + 2 * c * b;
        p = s * t;
        d[i + 1] = g + p;
        g = c * t - b;
      }
      if (i >= low) {
        d[i + 1]! -= p;
      } else {
        d[low]! -= p;
        e[low] = g;
      }
      e[high] = 0;
    }
  }
  return d;
}
