// The half cosine along which rates and penalties fall.

/** @param x from 0 to 1. @returns from 1 down to 0. */
export function halfCosine(x: number): number {
  return (1 + Math.cos(Math.PI * x)) / 2;
}
