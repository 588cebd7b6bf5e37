// The logistic function in plain numbers, which turns logits into probabilities.

/** @returns σ(x) = 1 / (1 + e⁻ˣ), in [0, 1]. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
