// The report's page: complete in itself, nothing unescaped, figures in order.
import { expect, test } from 'vitest';
import { heatMap, lineChart, planeChart, shareChart } from '../../../src/node/presentation/charts.ts';
import { pageHtml } from '../../../src/node/presentation/html.ts';
import { htmlTable } from '../../../src/node/presentation/table.ts';

const figure = { title: 'A < B', body: '<p>body</p>', caption: '3 & 4 faces', command: 'face-tuning fit --out "x"' };

test('a page escapes text, lists its figures and asks for nothing from outside', () => {
  const page = pageHtml('Faces & <more>', '<p>lead</p>', [{ ...figure, number: 1 }, figure]);
  expect(page).toContain('<h1>Faces &amp; &lt;more&gt;</h1>');
  expect(page).toContain('<a href="#a-b">1. A &lt; B</a>');
  expect(page).toContain('<h2>Figure 1. A &lt; B</h2>');
  expect(page).toContain('3 &amp; 4 faces');
  expect(page).toContain('fit <span>--out</span> &quot;x&quot;</code>');
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/(src|href)="(?!#|data:)/);
});

test('a table has groups over its columns, marks, means apart, and heads its rows', () => {
  type Row = { name: string; value: number | null };
  const html = htmlTable<Row>(
    [
      { title: 'name', value: row => row.name },
      {
        title: 'value',
        group: 'ours',
        value: row => row.value,
        decimals: 2,
        mark: row => (row.name === 'b' ? '† ' : ''),
      },
    ],
    [
      { name: 'a<', value: 1 },
      { name: 'b', value: null },
    ],
    'two rows',
    { name: 'mean', value: 1 },
  );
  expect(html.replaceAll('\n', '')).toBe(
    '<div class="scroll" tabindex="0"><table><caption>two rows</caption>' +
      '<thead><tr><th scope="colgroup" colspan="1"></th><th scope="colgroup" colspan="1">ours</th></tr>' +
      '<tr><th scope="col">name</th><th scope="col" class="number">value</th></tr></thead>' +
      '<tbody><tr><th scope="row">a&lt;</th><td class="number">1.00</td></tr>' +
      '<tr><th scope="row">b</th><td class="number">† </td></tr></tbody>' +
      '<tfoot><tr><th scope="row">mean</th><td class="number">1.00</td></tr></tfoot></table></div>',
  );
});

test('shares are marked where they belong, and those that are missing are left out', () => {
  const svg = shareChart(
    ['Young', 'Male'],
    [
      { name: 'labels', values: [0.5, 0.25] },
      { name: 'classifier', values: [1, null] },
      { name: 'generated', values: [0, 0.75] },
    ],
    'shares',
  );
  expect(svg.match(/<li>/g)).toHaveLength(3);
  const at = (label: string) => Number(new RegExp(`translate\\((\\d+),\\d+\\)">${label}<`).exec(svg)![1]);
  const circles = [...svg.matchAll(/<circle r="3.6"[^>]*cx="([\d.]+)"/g)].map(([, x]) => Number(x));
  expect(circles).toEqual([at('0'), at('0') + 0.75 * (at('100') - at('0'))]);
  expect(svg).toContain('role="img"');
  expect(svg).toContain('aria-label="shares"');
});

test('curves and the plane of two normals draw every point', () => {
  const points = [0, 1, 2].map(x => ({ x, y: x * x }));
  const curves = lineChart(
    { x: 'kimg', y: 'loss' },
    [
      { name: 'D', points },
      { name: 'G', points },
    ],
    'losses',
  );
  expect(curves.match(/<circle/g)).toHaveLength(6);
  expect(curves).toContain('stroke-dasharray="5 2"');
  const plane = planeChart(
    {
      points: points.map(point => ({ ...point, present: point.x > 0 })),
      moved: 'Young',
      locked: 'Male',
      normal: { x: 0.6, y: 0.8 },
      intercepts: { moved: 0, locked: 0.5 },
    },
    'geometry',
  );
  expect(plane).toContain('>Young, Male locked<');
  expect(plane).toContain('not Young');
});

test('a heat map has a cell for each pair, beyond the limit in the darkest colour, and says what it shows', () => {
  const values = [
    [1, -1, 0],
    [7, -7, 0],
  ];
  const map = { rows: ['a', 'b'], columns: ['x', 'y', 'z'], values, limit: 1, unit: 'change < 1' };
  const html = heatMap(map, 'changes');
  const cells = html.slice(html.indexOf('aria-label="cell"')).split('</g>')[0]!;
  const colours = [...cells.matchAll(/fill="([^"]+)"/g)].map(([, colour]) => colour);
  expect(colours).toHaveLength(6);
  expect(colours.slice(3)).toEqual(colours.slice(0, 3));
  expect(new Set(colours).size).toBe(3);
  expect(html).toContain('change &lt; 1');
  expect(html).toContain('aria-label="changes"');
});

test('sentences in a table wrap, so that its last column is on the page', () => {
  const why = 'with its suggested locks only 7 % of faces change visibly';
  const html = htmlTable(
    [
      { title: 'name', value: row => row },
      { title: 'why', value: () => why },
    ],
    ['a'],
    'caption',
  );
  expect(html).toContain(`<td class="prose">${why}</td>`);
  const short = htmlTable(
    [
      { title: 'name', value: row => row },
      { title: 'why', value: () => 'yes' },
    ],
    ['a'],
    'caption',
  );
  expect(short).toContain('<td>yes</td>');
});
