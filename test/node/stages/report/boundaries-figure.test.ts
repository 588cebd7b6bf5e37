// The table of boundaries sets a run beside the report: each accuracy by its baseline, and means of the same attributes.
import { expect, test } from 'vitest';
import { boundariesFigure } from '../../../../src/node/stages/report/figures/tables.ts';

const measured = (attribute: string, majority: number, test: number) => ({
  ...{ attribute, 'majority baseline': majority, 'test accuracy': test, 'training accuracy': test },
  ...{ 'data size': 100, f1: 0.5, 'accuracy low': test, 'accuracy high': test },
  ...{ 'held-out auc': 0.8, 'shuffled accuracy': 0.5, reason: null },
});
const keys = Object.keys(measured('', 0, 0)).filter(key => key !== 'attribute');
const missing = { ...Object.fromEntries(keys.map(key => [key, null])), attribute: 'Bald', reason: 'too few' };

/** @returns the cells of each row, the heads of rows first. */
function rowsOf(table: readonly object[], isCeleba = true): string[][] {
  const boundaries = { config: { samples: 'all', repeats: 5 }, summary: { table }, command: '' };
  const { body } = boundariesFigure({
    runs: { boundaries },
    dataset: { isCeleba },
    synthesis: { count: 1000 },
  } as never);
  return [...body.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell]) => cell!),
  );
}

test('an accuracy below always giving the commoner answer is marked, and the report’s means are of the same attributes', () => {
  const rows = rowsOf([measured('Male', 0.6, 0.7), measured('Young', 0.8, 0.75), missing]);
  const cellsOf = (name: string) => rows.find(([first]) => first === name)!;
  expect(cellsOf('Male').slice(2, 5)).toEqual(['0.600', '0.700', '0.700']);
  expect(cellsOf('Young').slice(2, 5)).toEqual(['0.800', '0.750', '† 0.750']);
  expect(cellsOf('Bald').at(-1)).toBe('0.534'); // the report's F1
  expect(cellsOf('mean').slice(2, 5)).toEqual(['0.700', '0.725', '0.725']);
  expect(cellsOf('mean').at(-1)).toBe(((0.66834 + 0.683532) / 2).toFixed(3));
});

test('an attribute of one’s own stands beside no published figure, though it has the name of one of CelebA', () => {
  expect(rowsOf([measured('Male', 0.6, 0.7)], false).flat()).not.toContain('report, figure 7');
  expect(rowsOf([measured('Male', 0.6, 0.7)]).flat()).toContain('report, figure 7');
});

test('runs of before the baseline was told are shown without it', () => {
  const { 'majority baseline': _, ...older } = measured('Male', 0.6, 0.7);
  expect(
    rowsOf([older])
      .find(([first]) => first === 'Male')!
      .slice(2, 5),
  ).toEqual(['', '0.700', '0.700']);
});
