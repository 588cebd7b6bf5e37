// Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations: not the fastest method, but short and exact.

interface Eigen {
  /** [n], in no order. */
  readonly values: Float64Array;
  /** [n, n], row i the unit vector of value i. */
  readonly vectors: Float64Array;
}

/** Upper limit; Jacobi's method converges quadratically and takes six to ten sweeps. */
const maxSweeps = 50;

/** @param matrix [n, n], symmetric, row-major (Golub & Van Loan 2013, §8.5). */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = Float64Array.from(matrix);
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  let square = 0; // as a sum, since a call cannot take a large matrix's numbers as arguments
  for (const entry of a) square += entry * entry;
  const total = Math.sqrt(square);
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = 0; q < p; q++) off += 2 * a[p * n + q]! ** 2;
    if (Math.sqrt(off) <= 1e-14 * total) break;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, n, p, q);
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors };
}

/** Turns the plane of axes p and q so that a[p, q] becomes 0. */
function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!;
  if (apq === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [akp, akq] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = c * akp - s * akq;
    a[k * n + q] = s * akp + c * akq;
  }
  for (const rows of [a, vectors]) {
    for (let k = 0; k < n; k++) {
      const [pk, qk] = [rows[p * n + k]!, rows[q * n + k]!];
      rows[p * n + k] = c * pk - s * qk;
      rows[q * n + k] = s * pk + c * qk;
    }
  }
}
