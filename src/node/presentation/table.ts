// Prints one table as aligned text, Markdown, CSV or HTML.
import { escapeHtml } from './html.ts';

export type Cell = string | number | null | undefined;

export interface Column<Row> {
  readonly title: string;
  /** The cell of a row; null, undefined and NaN are shown as empty. */
  readonly value: (row: Row) => Cell;
  /** A heading over this column and its neighbours of the same group, in HTML. */
  readonly group?: string;
  /** @returns a sign before the cell's value, in HTML, which the caption explains; or nothing. */
  readonly mark?: (row: Row) => string;
  /** Decimals of numbers, in text, Markdown and HTML; CSV keeps every digit. Default: as they are. */
  readonly decimals?: number;
}

/** Aligns columns for the terminal, numbers to the right. */
export function textTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(column => column.title), ...rows.map(row => columns.map(column => shown(column, row)))];
  const widths = columns.map((_, c) => Math.max(...lines.map(line => line[c]!.length)));
  const right = columns.map(column => isNumeric(column, rows));
  return lines
    .map(line =>
      line
        .map((cell, c) => (right[c] ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Writes GitHub's Markdown; columns of numbers are aligned to the right. */
export function markdownTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  return [
    line(columns.map(column => escaped(column.title))),
    line(columns.map(column => (isNumeric(column, rows) ? '---:' : '---'))),
    ...rows.map(row => line(columns.map(column => escaped(shown(column, row))))),
  ].join('\n');
}

/** Writes RFC 4180 with \n line ends: cells with a comma, a quote or a line break are quoted. */
export function csvTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map(row => columns.map(column => String(cellOf(column, row) ?? ''))),
  ];
  return `${lines.map(line => line.map(quoted).join(',')).join('\n')}\n`;
}

/** Longer texts are sentences, which wrap. */
const longestWord = 40;

/**
 * Writes a table whose first column heads its rows; where it is too wide for the page it scrolls by itself.
 * @param caption what it shows. @param foot a last row apart from the others, such as means.
 */
export function htmlTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  caption: string,
  foot?: Row,
): string {
  const isProse = (column: Column<Row>) => rows.some(row => shown(column, row).length > longestWord);
  const classes = columns.map(column => {
    if (isNumeric(column, rows)) return ' class="number"';
    return isProse(column) ? ' class="prose"' : '';
  });
  const line = (row: Row) => {
    const cells = columns.map((column, c) => {
      const text = escapeHtml((column.mark?.(row) ?? '') + shown(column, row));
      return c === 0 ? `<th scope="row">${text}</th>` : `<td${classes[c]}>${text}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  };
  const titles = columns.map(({ title }, c) => `<th scope="col"${classes[c]}>${escapeHtml(title)}</th>`);
  return [
    '<div class="scroll" tabindex="0"><table>',
    `<caption>${escapeHtml(caption)}</caption>`,
    `<thead>${groupRow(columns)}<tr>${titles.join('')}</tr></thead>`,
    `<tbody>${rows.map(line).join('\n')}</tbody>`,
    ...(foot === undefined ? [] : [`<tfoot>${line(foot)}</tfoot>`]),
    '</table></div>',
  ].join('\n');
}

/** @returns the row of group headings, each over its columns; nothing where there are none. */
function groupRow<Row>(columns: readonly Column<Row>[]): string {
  if (columns.every(({ group }) => group === undefined)) return '';
  const spans: { group: string; length: number }[] = [];
  for (const { group = '' } of columns) {
    const last = spans.at(-1);
    if (last?.group === group) last.length++;
    else spans.push({ group, length: 1 });
  }
  const cells = spans.map(({ group, length }) => `<th scope="colgroup" colspan="${length}">${escapeHtml(group)}</th>`);
  return `<tr>${cells.join('')}</tr>`;
}

function shown<Row>(column: Column<Row>, row: Row): string {
  const cell = cellOf(column, row) ?? '';
  return typeof cell === 'number' && column.decimals !== undefined ? cell.toFixed(column.decimals) : String(cell);
}

/** A number that is none, such as a mean over nothing, is as empty as no value. */
function cellOf<Row>({ value }: Column<Row>, row: Row): Cell {
  const cell = value(row);
  return typeof cell === 'number' && Number.isNaN(cell) ? null : cell;
}

function isNumeric<Row>(column: Column<Row>, rows: readonly Row[]): boolean {
  return rows.length > 0 && rows.every(row => typeof (column.value(row) ?? 0) === 'number');
}
