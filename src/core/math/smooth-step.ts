// A soft threshold, with no slope at either end.

/** @returns 0 up to 0, 1 from 1 on, and between them 3x² − 2x³. */
export function smoothStep(x: number): number {
  const t = x < 0 ? 0 : x > 1 ? 1 : x;
  return t * t * (3 - 2 * t);
}
