// The faces that a boundary is fitted to: the three choices, their splits, and when there are too few.
import { describe, expect, test } from 'vitest';
import {
  chooseAll,
  chooseConfident,
  chooseMatched,
  type Samples,
} from '../../../../src/core/directions/fit/samples.ts';
import { UserError } from '../../../../src/core/errors.ts';
import { createRandom, normals } from '../../../../src/core/math/random.ts';
import { mean } from '../../../../src/core/math/statistics.ts';

function chosen(samples: ReturnType<typeof chooseAll>): Samples {
  if (!samples.controllable) throw new Error(samples.reason);
  return samples;
}

const sorted = (rows: Uint32Array) => [...rows].sort((a, b) => a - b);
const logits = normals(createRandom(1), 5000);

describe('confident', () => {
  const { train, test: tested, heldOut } = chosen(chooseConfident(logits, 0, createRandom(2)));

  test('takes the top and bottom 2 % by logit, split 70/30 in each class', () => {
    const ranked = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
    const both = [train, tested];
    const rowsOf = (label: number) => both.flatMap(part => [...part.rows].filter((_, i) => part.labels[i] === label));
    const ascending = (a: number, b: number) => a - b;
    expect(rowsOf(1).sort(ascending)).toEqual(ranked.slice(0, 100).sort(ascending));
    expect(rowsOf(0).sort(ascending)).toEqual(ranked.slice(-100).sort(ascending));
    expect(train.labels.length).toBe(140);
    expect(train.labels.filter(label => label === 1).length).toBe(70);
    expect(tested.labels.filter(label => label === 1).length).toBe(30);
  });

  test('holds out every face that is not trained on, labelled by threshold', () => {
    expect(sorted(Uint32Array.of(...train.rows, ...heldOut.rows))).toEqual([...logits.keys()]);
    expect([...heldOut.labels]).toEqual([...heldOut.rows].map(row => (logits[row]! > 0 ? 1 : 0)));
  });

  test('is the same for the same generator, and another split for another', () => {
    expect(chosen(chooseConfident(logits, 0, createRandom(2))).train).toEqual(train);
    const other = chosen(chooseConfident(logits, 0, createRandom(3)));
    expect(sorted(other.train.rows)).not.toEqual(sorted(train.rows));
  });

  test('breaks ties by row', () => {
    const tied = Float32Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const { train, test: tested } = chosen(chooseConfident(tied, 0, createRandom(4)));
    const rows = sorted(Uint32Array.of(...train.rows, ...tested.rows));
    expect(rows.filter(row => row % 2 === 0)).toEqual(Array.from({ length: 40 }, (_, i) => 2 * i));
    expect(rows.filter(row => row % 2 === 1)).toEqual(Array.from({ length: 40 }, (_, i) => 1921 + 2 * i));
  });

  test('at ratio one half uses every face once; other ratios are refused', () => {
    const { train, test: tested } = chosen(chooseConfident(logits, 0, createRandom(5), 0.5));
    expect(sorted(Uint32Array.of(...train.rows, ...tested.rows))).toEqual([...logits.keys()]);
    for (const ratio of [0, 0.51, Number.NaN]) {
      expect(() => chooseConfident(logits, 0, createRandom(5), ratio)).toThrow(UserError);
    }
  });
});

describe('matched', () => {
  const other = normals(createRandom(8), 5000);
  const scaledOther = other.map(value => 100 * value + 7);
  // One in seven has it, and those that do tend to have much of the other.
  const own = Float32Array.from(logits, (value, i) => value + other[i]! / 2 - 1.2);
  const { train, test: tested, heldOut } = chosen(chooseMatched(own, 0, [other], createRandom(9)));
  const rowsOf = (samples: Pick<Samples, 'train' | 'test'>, label: number) =>
    [samples.train, samples.test].flatMap(part => [...part.rows].filter((_, i) => part.labels[i] === label));
  const yes = rowsOf({ train, test: tested }, 1);
  const no = rowsOf({ train, test: tested }, 0);
  const meanOf = (rows: readonly number[]) => mean(rows.map(row => other[row]!));

  test('pairs sure faces of both classes that are alike in the other scores, each face once', () => {
    expect([yes.length, no.length, train.rows.length]).toEqual([100, 100, 140]);
    expect(new Set([...yes, ...no]).size).toBe(200);
    const surest = (label: number) => {
      const rows = [...own.keys()].filter(row => own[row]! > 0 === (label === 1));
      return new Set(rows.sort((a, b) => Math.abs(own[b]!) - Math.abs(own[a]!)).slice(0, Math.ceil(rows.length / 2)));
    };
    expect(yes.every(row => surest(1).has(row))).toBe(true);
    expect(no.every(row => surest(0).has(row))).toBe(true);
    expect(Math.abs(meanOf(yes) - meanOf(no))).toBeLessThan(0.1);
    const confident = chosen(chooseConfident(own, 0, createRandom(9)));
    expect(meanOf(rowsOf(confident, 1)) - meanOf(rowsOf(confident, 0))).toBeGreaterThan(1.5);
  });

  test('does not depend on the scale of a score', () => {
    expect(chosen(chooseMatched(own, 0, [scaledOther], createRandom(9))).train.rows).toEqual(train.rows);
  });

  test('takes as many pairs as the rarer class has sure faces, where these are few', () => {
    const rare = Float32Array.from({ length: 5000 }, (_, i) => (i < 60 ? 1 : -1) * (1 + (i % 50)));
    const { train, test: tested } = chosen(chooseMatched(rare, 0, [other], createRandom(10)));
    expect(train.rows.length + tested.rows.length).toBe(60);
  });

  test('pairs faces at random where there are no other scores, and holds out what is not trained on', () => {
    const pairs = chosen(chooseMatched(own, 0, [], createRandom(11)));
    expect(new Set([...rowsOf(pairs, 1), ...rowsOf(pairs, 0)]).size).toBe(200);
    expect(sorted(Uint32Array.of(...train.rows, ...heldOut.rows))).toEqual([...own.keys()]);
  });

  test('refuses ratios that are none, and says of what there are too few', () => {
    expect(() => chooseMatched(own, 0, [other], createRandom(5), 0)).toThrow(UserError);
    const none = own.map(() => -1);
    expect(chooseMatched(none, 0, [other], createRandom(5))).toMatchObject({ controllable: false });
    const few = own.map((_, i) => (i < 30 ? 1 : -1)); // half of them are taken
    expect(chooseMatched(few, 0, [other], createRandom(5))).toMatchObject({
      reason: expect.stringMatching(/^only 30 of 5000 .* at least 40 are needed$/),
    });
  });
});

describe('all', () => {
  test('labels by threshold and splits 80/20 in each class', () => {
    const { train, test: tested } = chosen(chooseAll(logits, 0.5, createRandom(6)));
    expect(train.rows.length + tested.rows.length).toBe(5000);
    expect(train.rows.length / 5000).toBeCloseTo(0.8, 3);
    for (const part of [train, tested]) {
      expect([...part.labels]).toEqual([...part.rows].map(row => (logits[row]! > 0.5 ? 1 : 0)));
    }
  });

  test('caps the larger class at nine faces per face of the smaller', () => {
    for (const sign of [1, -1]) {
      const rare = Float32Array.from({ length: 3000 }, (_, i) => (i < 50 ? sign : -sign));
      const { train, test: tested, heldOut } = chosen(chooseAll(rare, 0, createRandom(7)));
      const minority = [...train.rows, ...tested.rows].filter(row => row < 50).length;
      expect(minority).toBe(50);
      expect(train.rows.length + tested.rows.length).toBe(500);
      expect(heldOut.rows.length).toBe(3000 - train.rows.length);
    }
  });

  test('takes 100,000 faces at most, in the classes’ proportion', () => {
    const many = Float32Array.from({ length: 150_000 }, (_, i) => (i % 3 === 0 ? 1 : -1));
    const { train, test: tested } = chosen(chooseAll(many, 0, createRandom(8)));
    const total = train.rows.length + tested.rows.length;
    expect(total).toBeLessThanOrEqual(100_000);
    expect(total).toBeGreaterThan(99_990);
    const yes = [train, tested].reduce((sum, { labels }) => sum + labels.filter(label => label === 1).length, 0);
    expect(yes / total).toBeCloseTo(1 / 3, 4);
  });
});

test.each([
  ['confident', chooseConfident],
  ['all', chooseAll],
] as const)('%s: fewer than 20 faces in a class is not controllable, and says so', (_, choose) => {
  const withYes = (count: number) => Float32Array.from({ length: 2000 }, (_, i) => (i < count ? 1 : -1));
  expect(choose(withYes(19), 0, createRandom(9))).toEqual({
    controllable: false,
    reason: 'only 19 of 2000 generated faces are labelled with it; at least 20 are needed',
  });
  expect(choose(withYes(1981), 0, createRandom(9))).toMatchObject({ reason: expect.stringContaining('19 of 2000') });
  expect(choose(withYes(1981), 0, createRandom(9))).toMatchObject({ reason: expect.stringContaining('without it') });
  expect(choose(withYes(20), 0, createRandom(9)).controllable).toBe(true);
});

test('a ratio that chooses fewer than 20 in a class is not controllable either', () => {
  const samples = chooseConfident(logits.subarray(0, 900), 0, createRandom(10));
  expect(samples).toMatchObject({
    controllable: false,
    reason: expect.stringMatching(/0\.02 of 900 faces is 18.*1000 faces or/),
  });
});
