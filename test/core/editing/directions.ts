// Random unit normals and directions, named so that their order by name is not their order of making.
import type { Direction, Normal } from '../../../src/core/directions/direction.ts';
import { length, scaled } from '../../../src/core/math/linear-algebra.ts';
import { createRandom, normals } from '../../../src/core/math/random.ts';

export function randomDirections(seed: number, count: number, size: number): Normal[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const drawn = normals(random, size);
    return { attribute: nameOf(i), normal: scaled(drawn, 1 / length(drawn)) };
  });
}

export function randomPlacedDirections(seed: number, count: number, size: number): Direction[] {
  const random = createRandom(seed, 1);
  return randomDirections(seed, count, size).map(direction => ({ ...direction, intercept: random.normal() / 4 }));
}

/** a0 … for the 0th, 7th, 14th …; b1 … for the 1st, and so on. */
export function nameOf(i: number): string {
  return `${'abcdefg'[(i * 3) % 7]}${i}`;
}
