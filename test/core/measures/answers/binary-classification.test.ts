// Metrics of yes/no answers against figures worked out by hand, and AUC against its definition.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accuracy,
  balancedAccuracy,
  confusion,
  f1,
  majorityBaseline,
  rocAuc,
} from '../../../../src/core/measures/answers/binary-classification.ts';

describe('ten samples, by hand', () => {
  const labels = [1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
  const scores = [2, 0.5, -1, 3, -1, -2, -3, -4, 0, -6]; // 0 is not above the threshold: a no
  const counts = confusion(scores, labels);

  test('are counted', () => {
    expect(counts).toEqual({ truePositives: 2, falsePositives: 1, trueNegatives: 6, falseNegatives: 1 });
  });

  test('give each figure', () => {
    expect(accuracy(counts)).toBeCloseTo(0.8, 15);
    expect(balancedAccuracy(counts)).toBeCloseTo((2 / 3 + 6 / 7) / 2, 15);
    expect(f1(counts)).toBeCloseTo(2 / 3, 15);
    expect(majorityBaseline(counts)).toBeCloseTo(0.7, 15);
  });

  test('are counted at another threshold', () => {
    expect(confusion(scores, labels, -1.5)).toEqual({
      truePositives: 3,
      falsePositives: 3,
      trueNegatives: 4,
      falseNegatives: 0,
    });
  });
});

test('edge cases: nothing predicted, one class, no samples', () => {
  expect(f1(confusion([-1, -1], [1, 0]))).toBe(0);
  expect(balancedAccuracy(confusion([1, -1], [1, 1]))).toBeNaN();
  expect(majorityBaseline(confusion([1, -1], [1, 1]))).toBe(1);
  expect(accuracy(confusion([], []))).toBeNaN();
});

describe('rocAuc', () => {
  test('by hand, with ties between the classes', () => {
    expect(rocAuc([1, 2, 3, 4], [0, 0, 1, 1])).toBe(1);
    expect(rocAuc([4, 3, 2, 1], [0, 0, 1, 1])).toBe(0);
    expect(rocAuc([5, 5, 5, 5], [0, 1, 0, 1])).toBe(0.5);
    // Pairs (yes, no): 2>1 yes, 2=2 half, 2<3 no; 4 beats all three: 4.5 of 6.
    expect(rocAuc([1, 2, 3, 2, 4], [0, 0, 0, 1, 1])).toBe(0.75);
    expect(rocAuc([1, 2], [1, 1])).toBeNaN();
    expect(rocAuc([1, Number.NaN], [0, 1])).toBeNaN();
  });

  test('is the share of (yes, no) pairs in the right order, a tie counting half', () => {
    const samples = fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.constantFrom(0, 1)), { minLength: 2 });
    fc.assert(
      fc.property(samples, list => {
        const yes = list.filter(([, label]) => label === 1).map(([score]) => score);
        const no = list.filter(([, label]) => label === 0).map(([score]) => score);
        fc.pre(yes.length > 0 && no.length > 0);
        const won = yes
          .flatMap(a => no.map(b => (a > b ? 1 : a === b ? 0.5 : 0)))
          .reduce<number>((sum, x) => sum + x, 0);
        const auc = rocAuc(
          list.map(([score]) => score),
          list.map(([, label]) => label),
        );
        expect(auc).toBeCloseTo(won / (yes.length * no.length), 12);
      }),
    );
  });
});
