// Fréchet distance of two sets of images (Heusel et al. 2017): how far Gaussians fitted to their features lie apart.
import { choleskyFactor, type Matrix, symmetricEigenvalues, timesTransposed } from '../../math/symmetric.ts';

/** The Gaussian fitted to rows of features. */
export interface FeatureStatistics {
  /** Rows it was fitted to. */
  readonly count: number;
  /** [d]. */
  readonly mean: Float64Array;
  /** [d, d], of the sample: divided by count − 1. */
  readonly covariance: Float64Array;
}

/** Rows that a covariance needs. */
export const leastFeatureRows = 2;

/** Rows whose products are added in one pass over the table of sums, which is larger than a processor's first cache. */
const blockRows = 8;

/** Sums of features as they come, so that no set of them need be held whole. */
export class FeatureMoments {
  readonly #size: number;
  #count = 0;
  /** The first row, subtracted from all: sums of squares of large values that differ little would lose their digits. */
  #origin: Float64Array | undefined;
  readonly #sums: Float64Array;
  /** [d, d], of which the triangle with column ≤ row is used. */
  readonly #products: Float64Array;

  /** @param size d, numbers in a row. */
  constructor(size: number) {
    this.#size = size;
    this.#sums = new Float64Array(size);
    this.#products = new Float64Array(size * size);
  }

  /** @param rows [n, d], row-major, of any n. */
  add(rows: ArrayLike<number>): void {
    const size = this.#size;
    const count = rows.length / size;
    if (!Number.isInteger(count)) throw new RangeError(`${rows.length} numbers are no rows of ${size}`);
    if (count === 0) return;
    this.#origin ??= Float64Array.from({ length: size }, (_, j) => rows[j]!);
    const origin = this.#origin;
    const block = new Float64Array(blockRows * size);
    for (let first = 0; first < count; first += blockRows) {
      const taken = Math.min(blockRows, count - first);
      if (taken < blockRows) block.fill(0);
      for (let row = 0; row < taken; row++) {
        for (let j = 0; j < size; j++) {
          const value = rows[(first + row) * size + j]! - origin[j]!;
          block[row * size + j] = value;
          this.#sums[j]! += value;
        }
      }
      addProducts(this.#products, block, size);
    }
    this.#count += count;
  }

  /** @throws RangeError for fewer than {@link leastFeatureRows} rows. */
  statistics(): FeatureStatistics {
    const [size, count] = [this.#size, this.#count];
    if (count < leastFeatureRows) throw new RangeError(`a covariance needs ${leastFeatureRows} rows; got ${count}`);
    const sums = this.#sums;
    const covariance = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const value = (this.#products[i * size + j]! - (sums[i]! * sums[j]!) / count) / (count - 1);
        covariance[i * size + j] = value;
        covariance[j * size + i] = value;
      }
    }
    return { count, mean: this.#origin!.map((value, j) => value + sums[j]! / count), covariance };
  }
}

/** Adds the outer products of eight rows to the lower triangle of `products` [d, d]. @param block [8, d]. */
function addProducts(products: Float64Array, block: Float64Array, d: number): void {
  for (let i = 0; i < d; i++) {
    const b0 = block[i]!;
    const b1 = block[i + d]!;
    const b2 = block[i + 2 * d]!;
    const b3 = block[i + 3 * d]!;
    const b4 = block[i + 4 * d]!;
    const b5 = block[i + 5 * d]!;
    const b6 = block[i + 6 * d]!;
    const b7 = block[i + 7 * d]!;
    for (let j = 0; j <= i; j++) {
      products[i * d + j]! +=
        b0 * block[j]! +
        b1 * block[j + d]! +
        b2 * block[j + 2 * d]! +
        b3 * block[j + 3 * d]! +
        b4 * block[j + 4 * d]! +
        b5 * block[j + 5 * d]! +
        b6 * block[j + 6 * d]! +
        b7 * block[j + 7 * d]!;
    }
  }
}

/** @param rows [n, d], row-major: {@link leastFeatureRows} rows or more. @param size d. */
export function featureStatistics(rows: ArrayLike<number>, size: number): FeatureStatistics {
  const moments = new FeatureMoments(size);
  moments.add(rows);
  return moments.statistics();
}

/**
 * ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁^½ Σ₂ Σ₁^½)^½): the square of the Fréchet (2-Wasserstein) distance of two Gaussians,
 * which is what people call the Fréchet distance of images. Covariances of any rank will do. Compare only figures of
 * equally many rows of the same features: the fewer rows, the larger it is, even between two sets from one source.
 * @returns 0 or more.
 */
export function frechetDistance(a: FeatureStatistics, b: FeatureStatistics): number {
  const d = a.mean.length;
  if (b.mean.length !== d) throw new RangeError(`${d} and ${b.mean.length} features cannot be compared`);
  let sum = 0;
  for (let i = 0; i < d; i++) {
    sum += (a.mean[i]! - b.mean[i]!) ** 2 + a.covariance[i * (d + 1)]! + b.covariance[i * (d + 1)]!;
  }
  return Math.max(0, sum - 2 * traceOfRoot(a.covariance, b.covariance, d));
}

/**
 * tr (Σ₁^½ Σ₂ Σ₁^½)^½ is the sum of the roots of the eigenvalues of Σ₁ Σ₂. With Σ₁ = F₁ᵀF₁ and Σ₂ = F₂ᵀF₂ those that
 * are not 0 are the eigenvalues of M Mᵀ, M = F₁ F₂ᵀ, so that no root of a matrix need be found.
 */
function traceOfRoot(a: Float64Array, b: Float64Array, d: number): number {
  const [less, more] = [choleskyFactor(a, d), choleskyFactor(b, d)].sort((x, y) => x.rows - y.rows) as [Matrix, Matrix];
  const product = timesTransposed(less, more);
  const eigenvalues = symmetricEigenvalues(timesTransposed(product, product).values, less.rows);
  // Rounding makes some that are 0 negative.
  return eigenvalues.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
}
