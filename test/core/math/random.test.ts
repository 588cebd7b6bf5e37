// Seeded random numbers: the generator's published sequence, its distributions, and bit-equal resumption.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { createRandom, normals, permutation, type Random, restoreRandom } from '../../../src/core/math/random.ts';

const words = (random: Random, count: number) => Array.from({ length: count }, () => random.integer(2 ** 32));
const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe('the sequence', () => {
  test('is that of xoshiro128** from state (1, 2, 3, 4), as its authors’ C program prints it', () => {
    const random = restoreRandom({ words: [1, 2, 3, 4], spareNormal: null });
    expect(words(random, 10)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  test('starts from splitmix64 of seed and stream, as a C program computes it', () => {
    expect(createRandom(42, 7).state().words).toEqual([322561280, 369503596, 604516917, 2594320660]);
    expect(words(createRandom(42, 7), 4)).toEqual([2331901935, 1803605355, 2005910718, 764677329]);
  });

  test('differs between neighbouring seeds and streams', () => {
    const starts = new Set<string>();
    for (let seed = 0; seed < 30; seed++) {
      for (let stream = 0; stream < 30; stream++) starts.add(String(words(createRandom(seed, stream), 2)));
    }
    expect(starts.size).toBe(900);
  });

  test('refuses seeds that are not whole numbers', () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => createRandom(seed)).toThrow(UserError);
  });
});

describe('the distributions', () => {
  test('uniform numbers lie in [0, 1) with mean 1/2 and variance 1/12', () => {
    const random = createRandom(1);
    const drawn = Array.from({ length: 100_000 }, () => random.uniform());
    expect(Math.min(...drawn.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn.slice(0, 50_000))).toBeLessThan(1);
    const [mean, variance] = moments(drawn);
    expect(mean).toBeCloseTo(1 / 2, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });

  test('integers fill 0 … n − 1 evenly', () => {
    const random = createRandom(2);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[random.integer(10)]!++;
    const chiSquared = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquared).toBeLessThan(27.9); // 9 degrees of freedom, p = 0.001
  });

  test('integers stay in range, for every n', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 2 ** 32 }), (seed, n) => {
        const drawn = createRandom(seed).integer(n);
        expect(Number.isInteger(drawn) && drawn >= 0 && drawn < n).toBe(true);
      }),
    );
    for (const n of [0, 1.5, 2 ** 32 + 1]) expect(() => createRandom(0).integer(n)).toThrow(RangeError);
  });

  test('normals have the moments 0, 1, 0, 3 and the right share beyond two sigma', () => {
    const drawn = Array.from(normals(createRandom(3), 200_000));
    const [mean, variance, skewness, kurtosis] = moments(drawn);
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.015);
    expect(Math.abs(skewness)).toBeLessThan(0.03);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.06);
    const beyond = drawn.filter(x => Math.abs(x) > 2).length / drawn.length;
    expect(Math.abs(beyond - 0.0455)).toBeLessThan(0.002);
    const pairs = drawn.slice(1).map((x, i) => x * drawn[i]!);
    expect(Math.abs(moments(pairs)[0])).toBeLessThan(0.01); // neighbours, which come from one pair, are uncorrelated
  });

  test('a permutation holds each number once and puts each everywhere alike', () => {
    const random = createRandom(4);
    const firsts = new Array<number>(6).fill(0);
    for (let i = 0; i < 6000; i++) {
      const order = permutation(random, 6);
      expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5]);
      firsts[order[0]!]!++;
    }
    expect(firsts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(20.5); // p = 0.001
    expect([...permutation(random, 0)]).toEqual([]);
  });
});

describe('the state', () => {
  test('goes on bit for bit after a trip through JSON, in the middle of a pair of normals too', () => {
    fc.assert(
      fc.property(seeds, fc.nat(9), (seed, before) => {
        const random = createRandom(seed);
        normals(random, before);
        const resumed = restoreRandom(JSON.parse(JSON.stringify(random.state())));
        const draw = (from: Random) => [
          from.normal(),
          from.uniform(),
          from.normal(),
          from.integer(1000),
          from.normal(),
        ];
        expect(draw(resumed)).toEqual(draw(random));
        expect(resumed.state()).toEqual(random.state());
      }),
    );
  });

  test('is refused where no generator can have it', () => {
    const spareNormal = null;
    for (const words of [
      [0, 0, 0, 0],
      [1, 2, 3, -4],
      [1, 2, 3, 2 ** 32],
      [1, 2, 3, 0.5],
    ] as const) {
      expect(() => restoreRandom({ words, spareNormal })).toThrow(UserError);
    }
    expect(() => restoreRandom({ words: [1, 2, 3, 4], spareNormal: Number.NaN })).toThrow(UserError);
  });
});

function moments(values: readonly number[]): [number, number, number, number] {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const central = (power: number) => values.reduce((sum, x) => sum + (x - mean) ** power, 0) / n;
  const variance = central(2);
  return [mean, variance, central(3) / variance ** 1.5, central(4) / variance ** 2];
}
