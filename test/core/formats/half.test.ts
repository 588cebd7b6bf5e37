// Half precision: every half comes back, and every float becomes the nearest one.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHalves, toHalves } from '../../../src/core/formats/half.ts';

const finite = fromHalves(Uint16Array.from({ length: 0x7c00 }, (_, bits) => bits));

test('known halves', () => {
  const known = [
    [0, 0],
    [0x8000, -0],
    [1, 2 ** -24],
    [0x3ff, 1023 * 2 ** -24],
    [0x400, 2 ** -14],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ] as const;
  expect([...fromHalves(Uint16Array.from(known, ([bits]) => bits))]).toEqual(known.map(([, value]) => value));
});

test('every half comes back as it was', () => {
  const all = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
  const numbers = all.filter(bits => (bits & 0x7fff) <= 0x7c00);
  expect(toHalves(fromHalves(numbers))).toEqual(numbers);
  expect(toHalves([Number.NaN])).toEqual(Uint16Array.of(0x7e00));
});

test('a float becomes the nearest half, the even one of two as near', () => {
  const places = fc.tuple(fc.integer({ min: 0, max: finite.length - 2 }), fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(places, fc.boolean(), ([at, share], negative) => {
      const [low, high] = [finite[at]!, finite[at + 1]!];
      const value = Math.fround(low + share * (high - low));
      const middle = (low + high) / 2;
      const expected = value < middle || (value === middle && at % 2 === 0) ? at : at + 1;
      expect(toHalves([negative ? -value : value])[0]).toBe(expected | (negative ? 0x8000 : 0));
    }),
    { numRuns: 20_000 },
  );
  for (let at = 0; at < finite.length - 1; at++) {
    const middle = (finite[at]! + finite[at + 1]!) / 2;
    expect(toHalves([middle])[0]).toBe(at + (at % 2));
  }
});

test('values beyond the range become infinite, values far below it zero', () => {
  const halves = toHalves([65519.99, 65520, 1e9, -1e9, 2 ** -25, 2 ** -25 * 1.001, 1e-40, -1e-40]);
  expect([...halves]).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00, 0, 1, 0, 0x8000]);
});
