// Subsets have the size asked for, each row at most once, and every label nearly as often as the whole.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/core/math/random.ts';
import { drawStratified, type LabelTable, labelFrequencies } from '../../../src/core/math/stratification.ts';

const draw = (table: LabelTable, count: number, seed = 0) => drawStratified(table, count, createRandom(seed));
const tableOf = (rows: readonly (readonly number[])[]): LabelTable => ({
  width: rows[0]!.length,
  labels: Uint8Array.from(rows.flat()),
});
/** The largest deviation of any label's drawn rows from their share of the whole, in rows. */
const excess = (table: LabelTable, drawn: Uint32Array) => {
  const whole = labelFrequencies(table);
  return (
    Math.max(...labelFrequencies(table, drawn).map((share, label) => Math.abs(share - whole[label]!))) * drawn.length
  );
};

describe('small cases', () => {
  test('two kinds of rows are drawn alike', () => {
    const table = tableOf([
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
    ]);
    for (let seed = 0; seed < 10; seed++) {
      const drawn = draw(table, 2, seed);
      expect([...drawn].map(row => row % 2).sort()).toEqual([0, 1]);
    }
  });
  test('the only row of a rare label is drawn with half of the rows where that fits as well as not', () => {
    const table = tableOf(Array.from({ length: 8 }, (_, row) => [Number(row === 3), Number(row < 4)]));
    const seeds = Array.from({ length: 20 }, (_, seed) => draw(table, 4, seed));
    for (const drawn of seeds) expect([...drawn].filter(row => row < 4)).toHaveLength(2);
    const withRare = seeds.filter(drawn => drawn.includes(3)).length;
    expect(withRare).toBeGreaterThan(0);
    expect(withRare).toBeLessThan(20);
  });
  test('rows without any label are drawn too', () => {
    expect([...draw(tableOf([[0], [0], [0]]), 2)]).toHaveLength(2);
  });
  test('no row, and every row', () => {
    const table = tableOf([[1], [0], [1]]);
    expect([...draw(table, 0)]).toEqual([]);
    expect([...draw(table, 3)]).toEqual([0, 1, 2]);
  });
  test.each([-1, 4, 1.5])('%d of three rows is refused', count => {
    expect(() => draw(tableOf([[1], [0], [1]]), count)).toThrow(RangeError);
  });
});

describe('any table', () => {
  const tables = fc
    .record({ width: fc.integer({ min: 1, max: 12 }), rows: fc.integer({ min: 1, max: 300 }), seed: fc.nat() })
    .map(({ width, rows, seed }) => {
      const random = createRandom(seed);
      const frequencies = Array.from({ length: width }, () => random.uniform());
      const labels = Uint8Array.from({ length: rows * width }, (_, at) =>
        Number(random.uniform() < frequencies[at % width]!),
      );
      return { width, labels };
    });
  const cases = fc.record({ table: tables, part: fc.double({ min: 0, max: 1, noNaN: true }), seed: fc.nat() });

  test('gives the rows asked for, ascending, and the same again for the same seed', () => {
    fc.assert(
      fc.property(cases, ({ table, part, seed }) => {
        const rows = table.labels.length / table.width;
        const count = Math.round(part * rows);
        const drawn = draw(table, count, seed);
        expect(drawn).toHaveLength(count);
        for (const [at, row] of drawn.entries()) expect(row).toBeGreaterThan(at === 0 ? -1 : drawn[at - 1]!);
        expect(count === 0 || drawn.at(-1)! < rows).toBe(true);
        expect(draw(table, count, seed)).toEqual(drawn);
      }),
      { numRuns: 60 },
    );
  });
  test('no exchange of two rows would bring its labels nearer, where there are few', () => {
    const few = cases.filter(({ table }) => table.labels.length / table.width <= 40);
    fc.assert(
      fc.property(few, ({ table, part, seed }) => {
        const { width, labels } = table;
        const rows = labels.length / width;
        const drawn = draw(table, Math.round(part * rows), seed);
        if (drawn.length === 0) return;
        const whole = labelFrequencies(table);
        const squares = (chosen: Uint32Array) =>
          labelFrequencies(table, chosen).reduce((sum, share, label) => sum + (share - whole[label]!) ** 2, 0);
        const reached = squares(drawn);
        for (const at of drawn.keys()) {
          for (let row = 0; row < rows; row++) {
            if (drawn.includes(row)) continue;
            expect(squares(drawn.with(at, row))).toBeGreaterThan(reached - 1e-9);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

test('forty labels that go together stay within two rows of their share', () => {
  const random = createRandom(4);
  const [rows, width] = [5000, 40];
  const labels = new Uint8Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const kind = random.uniform();
    for (let label = 0; label < width; label++) {
      labels[row * width + label] = Number(random.uniform() < (kind < 0.4 ? label : width - label) / 50);
    }
  }
  expect(excess({ width, labels }, draw({ width, labels }, 500))).toBeLessThan(2);
});
