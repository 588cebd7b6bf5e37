// Checks the three forms of a table on cells that need care: gaps, separators, numbers.
import { expect, test } from 'vitest';
import { type Column, csvTable, markdownTable, textTable } from '../../../src/node/presentation/table.ts';

interface Row {
  name: string;
  accuracy?: number;
}

const columns: Column<Row>[] = [
  { title: 'attribute', value: row => row.name },
  { title: 'accuracy', value: row => row.accuracy, decimals: 2 },
];
const rows: Row[] = [{ name: 'Young', accuracy: 0.8765 }, { name: 'a,b|"c"' }];

test('text is aligned, numbers to the right', () => {
  expect(textTable(columns, rows)).toBe('attribute  accuracy\nYoung          0.88\na,b|"c"');
});

test('Markdown escapes bars', () => {
  expect(markdownTable(columns, rows)).toBe(
    '| attribute | accuracy |\n| --- | ---: |\n| Young | 0.88 |\n| a,b\\|"c" |  |',
  );
});

test('CSV quotes and keeps every digit', () => {
  expect(csvTable(columns, rows)).toBe('attribute,accuracy\nYoung,0.8765\n"a,b|""c""",\n');
});
