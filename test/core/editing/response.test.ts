// The strength for a wanted logit: on the measured curve, never against the wish, and as little as will do.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Answer, strengthFor } from '../../../src/core/editing/response.ts';

const logits = fc.double({ min: -10, max: 10, noNaN: true });

/** Any curve, rising or not, with a point at 0. */
const curves: fc.Arbitrary<Answer[]> = fc
  .record({
    strengths: fc.uniqueArray(fc.integer({ min: -400, max: 400 }), { maxLength: 12 }),
    logits: fc.array(logits, { minLength: 13, maxLength: 13 }),
  })
  .map(({ strengths, logits: values }) =>
    [...new Set([...strengths, 0])]
      .sort((a, b) => a - b)
      .map((strength, i) => ({ strength: strength / 100, logit: values[i]! })),
  );

/** The curve at a strength, linear between its points. */
function curveAt(answers: readonly Answer[], strength: number): number {
  const after = Math.max(
    1,
    answers.findIndex(answer => answer.strength >= strength - 1e-12), // beyond the last by rounding is at the last
  );
  const [a, b] = [answers[after - 1]!, answers[after] ?? answers[after - 1]!];
  return a.strength === b.strength
    ? a.logit
    : a.logit + ((b.logit - a.logit) * (strength - a.strength)) / (b.strength - a.strength);
}

describe('strengthFor', () => {
  test('lies on the curve where it reaches, between the points it names', () => {
    fc.assert(
      fc.property(curves, logits, (answers, logit) => {
        const found = strengthFor(answers, logit);
        fc.pre(found.reached);
        expect(Math.abs(curveAt(answers, found.strength) - logit)).toBeLessThan(1e-9);
        const ends = found.between.map(({ strength }) => strength).sort((a, b) => a - b);
        expect(found.strength).toBeGreaterThanOrEqual(ends[0]! - 1e-12);
        expect(found.strength).toBeLessThanOrEqual(ends[1]! + 1e-12);
      }),
    );
  });

  test('never takes less strength for more', () => {
    fc.assert(
      fc.property(curves, logits, logits, (answers, a, b) => {
        const [less, more] = [strengthFor(answers, Math.min(a, b)), strengthFor(answers, Math.max(a, b))];
        fc.pre(less.reached && more.reached);
        expect(less.strength).toBeLessThanOrEqual(more.strength + 1e-12);
      }),
    );
  });

  test('is the first on the way from the face as it is', () => {
    fc.assert(
      fc.property(curves, logits, (answers, logit) => {
        const { strength, reached } = strengthFor(answers, logit);
        fc.pre(reached);
        const here = answers.find(answer => answer.strength === 0)!;
        expect(strength === 0 || strength > 0 === logit > here.logit).toBe(true);
        const passed = answers.filter(
          answer => strength * answer.strength >= 0 && Math.abs(answer.strength) < Math.abs(strength) - 1e-9,
        );
        for (const answer of passed) expect(strength > 0 ? answer.logit < logit : answer.logit > logit).toBe(true);
      }),
    );
  });

  test('out of reach, it is the closest point on the side of the wish', () => {
    fc.assert(
      fc.property(curves, logits, (answers, logit) => {
        const found = strengthFor(answers, logit);
        fc.pre(!found.reached);
        const here = answers.find(answer => answer.strength === 0)!;
        const side = answers.filter(({ strength }) => (logit >= here.logit ? strength >= 0 : strength <= 0));
        expect(Math.abs(found.logit - logit)).toBe(Math.min(...side.map(answer => Math.abs(answer.logit - logit))));
      }),
    );
  });

  test('a face that is as wanted stays', () => {
    expect(strengthFor([{ strength: 0, logit: 1 }], 1)).toMatchObject({ strength: 0, reached: true });
  });

  test('needs the face as it is, and an order', () => {
    expect(() => strengthFor([{ strength: 1, logit: 1 }], 1)).toThrow(RangeError);
    const twice = [0, 1, 1].map(strength => ({ strength, logit: strength }));
    expect(() => strengthFor(twice, 1)).toThrow(RangeError);
  });
});
