// The Wasserstein distance of two samples of numbers, which the sliced distance of images averages.

/**
 * The first Wasserstein distance by its definition for equally many numbers: the mean difference once both are sorted.
 * Readable, and the oracle of `wasserstein` in tests.
 */
export function wassersteinBySorting(a: Float32Array, b: Float32Array): number {
  const [sortedA, sortedB] = [a.slice().sort(), b.slice().sort()];
  return sortedA.reduce((sum, value, at) => sum + Math.abs(value - sortedB[at]!), 0) / a.length;
}

/**
 * The same some ten times faster, as the area between the two distribution functions. The line is cut into bins. Where
 * the functions cannot cross within a bin, the area follows from counts and sums; only what lies in other bins is sorted.
 * @param a, b finite and equally many.
 */
export function wasserstein(a: Float32Array, b: Float32Array): number {
  const bins = new Bins(a, b);
  const { count, inA, inB, excess } = bins;
  /** How many more of a than of b lie below each bin. */
  const lead = new Int32Array(count + 1);
  const crossing = new Uint8Array(count);
  for (let bin = 0; bin < count; bin++) {
    const before = lead[bin]!;
    crossing[bin] = Number(before > 0 ? before < inB[bin]! : -before < inA[bin]!);
    lead[bin + 1] = before + inA[bin]! - inB[bin]!;
  }
  const sortedA = bins.membersOf(a, inA, crossing).sort();
  const sortedB = bins.membersOf(b, inB, crossing).sort();
  let [nextA, nextB, area] = [0, 0, 0];
  let end = bins.edge(0);
  for (let bin = 0; bin < count; bin++) {
    let position = end;
    end = bins.edge(bin + 1);
    if (crossing[bin] === 0) {
      area += Math.abs(lead[bin + 1]! * end - lead[bin]! * position - excess[bin]!);
      continue;
    }
    let gap = lead[bin]!;
    const [endA, endB] = [nextA + inA[bin]!, nextB + inB[bin]!];
    while (nextA < endA || nextB < endB) {
      const isA = nextB === endB || (nextA < endA && sortedA[nextA]! <= sortedB[nextB]!);
      const value = isA ? sortedA[nextA++]! : sortedB[nextB++]!;
      area += Math.abs(gap) * (value - position);
      gap += isA ? 1 : -1;
      position = value;
    }
    area += Math.abs(gap) * (end - position);
  }
  return area / a.length;
}

/** Numbers in a bin, on average. */
const numbersPerBin = 8;
/** Bound on the bins: with more, less is sorted, but counting leaves the processor's cache. */
const maxBins = 2 ** 15;
/** Numbers of each sample that its scale is estimated from. */
const scaleSamples = 512;

/** The line in bins that are narrow near 0, where most numbers are: equal steps of x / (scale + |x|). */
class Bins {
  readonly count: number;
  /** How many numbers of each sample a bin has. */
  readonly inA: Int32Array;
  readonly inB: Int32Array;
  /** Sum of a's numbers less that of b's, in each bin. */
  readonly excess: Float64Array;
  readonly #scale: number;
  readonly #half: number;

  constructor(a: Float32Array, b: Float32Array) {
    this.#scale = (meanSize(a) + meanSize(b)) / 2 || 1;
    this.#half = Math.ceil(Math.min(maxBins, a.length / numbersPerBin) / 2);
    this.count = 2 * this.#half + 1; // the last for what rounds to the end
    this.inA = new Int32Array(this.count);
    this.inB = new Int32Array(this.count);
    this.excess = new Float64Array(this.count);
    this.#add(a, this.inA, 1);
    this.#add(b, this.inB, -1);
  }

  /** Where a bin begins; the outermost bins end far from all numbers. */
  edge(bin: number): number {
    const farthest = 1 - 2 ** -30;
    const share = Math.min(farthest, Math.max(-farthest, bin / this.#half - 1));
    return (this.#scale * share) / (1 - Math.abs(share));
  }

  /** The numbers of a sample that lie in the marked bins. @param counts how many of it each bin has. */
  membersOf(sample: Float32Array, counts: Int32Array, marked: Uint8Array): Float32Array {
    const members = new Float32Array(counts.reduce((sum, count, bin) => sum + count * marked[bin]!, 0));
    const [scale, half] = [this.#scale, this.#half];
    let to = 0;
    for (let at = 0; at < sample.length; at++) {
      if (marked[binOf(sample[at]!, scale, half)] === 1) members[to++] = sample[at]!;
    }
    return members;
  }

  #add(sample: Float32Array, counts: Int32Array, sign: number): void {
    const [scale, half, excess] = [this.#scale, this.#half, this.excess];
    for (let at = 0; at < sample.length; at++) {
      const value = sample[at]!;
      const bin = binOf(value, scale, half);
      counts[bin]!++;
      excess[bin]! += sign * value;
    }
  }
}

function binOf(value: number, scale: number, half: number): number {
  return Math.floor((value / (scale + Math.abs(value)) + 1) * half);
}

/** The mean absolute value, from some numbers spread over the sample. */
function meanSize(sample: Float32Array): number {
  const step = Math.ceil(sample.length / scaleSamples);
  let [sum, count] = [0, 0];
  for (let at = 0; at < sample.length; at += step, count++) sum += Math.abs(sample[at]!);
  return sum / count;
}
