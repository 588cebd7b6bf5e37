// Strengths found together: they meet every logit where they can, stay where they may, and else come close.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jointStrengths, squaredError } from '../../../src/core/editing/joint-strengths.ts';

const tolerance = 0.005;

/** Rising logits that pull at each other by `coupling`, and bend. */
const answering =
  (coupling: number, bend: number) =>
  (strengths: readonly number[]): number[] => {
    const sum = strengths.reduce((a, b) => a + b, 0);
    return strengths.map(own => {
      const mixed = (1 - coupling) * own + coupling * sum;
      return 3 * mixed + bend * Math.sin(2 * mixed);
    });
  };

test('meets what some strengths give', async () => {
  const strengths = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 4 });
  const settings = fc.record({
    hidden: strengths,
    coupling: fc.double({ min: 0, max: 0.6, noNaN: true }),
    bend: fc.double({ min: 0, max: 1.2, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(settings, async ({ hidden, coupling, bend }) => {
      const logits = answering(coupling, bend);
      const wanted = logits(hidden);
      const zeros = hidden.map(() => 0);
      const found = await jointStrengths(wanted, zeros, tolerance, async points => points.map(logits));
      expect(found.logits).toEqual(logits(found.strengths));
      for (const [k, logit] of wanted.entries())
        expect(Math.abs(found.logits[k]! - logit)).toBeLessThanOrEqual(tolerance);
    }),
  );
});

test('never goes where it may not, and comes nearer than the start', async () => {
  const logits = answering(0.3, 0);
  const asked: (readonly number[])[] = [];
  const measure = async (points: readonly (readonly number[])[]) =>
    points.map(point => {
      if (point.some(strength => Math.abs(strength) > 1)) return undefined;
      asked.push(point);
      return logits(point);
    });
  const wanted = [20, -20];
  const found = await jointStrengths(wanted, [0, 0], tolerance, measure);
  expect(asked).toContainEqual(found.strengths);
  expect(squaredError(found, wanted)).toBeLessThan(squaredError({ strengths: [0, 0], logits: [0, 0] }, wanted) / 1.2);
});

test('a start that meets all stays, and so does one that nothing moves', async () => {
  const still = async (points: readonly unknown[]) => points.map(() => [1, 2]);
  expect((await jointStrengths([1, 2], [0.5, 0.5], tolerance, still)).strengths).toEqual([0.5, 0.5]);
  expect((await jointStrengths([3, 4], [0.5, 0.5], tolerance, still)).strengths).toEqual([0.5, 0.5]);
});
