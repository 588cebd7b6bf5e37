// Charts: their numbers are those of the data, and as many names as there are find room.
import { expect, test } from 'vitest';
import { heatMap, lineChart, shareChart } from '../../../src/node/presentation/charts.ts';

/** Texts of a drawing. */
const texts = (svg: string) => [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text!);

test('axes of fine steps say each number once', () => {
  const points = [0.951, 0.955, 0.964].map((y, x) => ({ x, y }));
  const ticks = texts(lineChart({ x: 'x', y: 'y' }, [{ name: 'curve', points }], 'a curve')).filter(text =>
    /^0\.9/.test(text),
  );
  expect(ticks.length).toBeGreaterThan(3);
  expect(new Set(ticks).size).toBe(ticks.length);
});

test('places have two decimals at most', () => {
  const svg = lineChart(
    { x: 'x', y: 'y' },
    [{ name: 'curve', points: [1 / 3, 2 / 3].map(y => ({ x: y, y })) }],
    'a curve',
  );
  expect(svg.match(/ d="[^"]*\d\.\d{3}/)).toBe(null);
});

test('a heat map of many long names has cells that can be seen, and room for names', () => {
  const names = Array.from({ length: 200 }, (_, i) => `an attribute of one's own with a long name ${i}`);
  const svg = heatMap(
    { rows: names, columns: names, values: names.map(() => names.map(() => 1)), limit: 1, unit: 'x' },
    'all',
  );
  const [, wide, high] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg.slice(svg.indexOf('role="img"')))!;
  const cell = /<rect fill="rgb[^>]* height="([\d.]+)" y="[\d.]+" width="([\d.]+)"/.exec(svg)!;
  expect(Math.min(Number(cell[1]), Number(cell[2]))).toBeGreaterThan(8);
  expect(Number(wide)).toBeGreaterThan(200 * 12 + 200);
  expect(Number(high)).toBeGreaterThan(200 * 12 + 200);
});

test('a heat map of few attributes is drawn no larger than its letters need; what is more is orange', () => {
  const svg = heatMap({ rows: ['a'], columns: ['a', 'b'], values: [[1, -1]], limit: 1, unit: 'x' }, 'two');
  const [, most, wide] = /max-width: ?min\(40rem, (\d+)px\).*viewBox="0 0 (\d+)/.exec(svg)!;
  expect(Number(most) / Number(wide)).toBe(1.5);
  const cells = [...svg.matchAll(/<rect fill="rgb\((\d+), \d+, (\d+)\)"/g)];
  expect(cells.map(([, red, blue]) => Number(red) > Number(blue))).toEqual([true, false]); // orange, purple
});

test('a series without values is not in the legend', () => {
  const series = [
    { name: 'nothing', values: [null] },
    { name: 'something', values: [0.5] },
  ];
  const svg = shareChart(['Male'], series, 'shares');
  expect(svg).toContain('something</li>');
  expect(svg).not.toContain('nothing</li>');
});
