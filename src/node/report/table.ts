// Prints one table in the three forms that people ask for: aligned text, Markdown and CSV.

export type Cell = string | number | null | undefined;

export interface Column<Row> {
  readonly title: string;
  /** The cell of a row; null and undefined are shown as empty. */
  readonly value: (row: Row) => Cell;
  /** Decimals of numbers, in text and Markdown; CSV keeps every digit. Default: as they are. */
  readonly decimals?: number;
}

/** Columns of equal width, numbers to the right; for the terminal. */
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

/** GitHub's Markdown; columns of numbers are aligned to the right. */
export function markdownTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  return [
    line(columns.map(column => escaped(column.title))),
    line(columns.map(column => (isNumeric(column, rows) ? '---:' : '---'))),
    ...rows.map(row => line(columns.map(column => escaped(shown(column, row))))),
  ].join('\n');
}

/** RFC 4180 with \n line ends: cells with a comma, a quote or a line break are quoted. */
export function csvTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map(row => columns.map(({ value }) => String(value(row) ?? ''))),
  ];
  return `${lines.map(line => line.map(quoted).join(',')).join('\n')}\n`;
}

function shown<Row>(column: Column<Row>, row: Row): string {
  const cell = column.value(row) ?? '';
  return typeof cell === 'number' && column.decimals !== undefined ? cell.toFixed(column.decimals) : String(cell);
}

function isNumeric<Row>(column: Column<Row>, rows: readonly Row[]): boolean {
  return rows.length > 0 && rows.every(row => typeof (column.value(row) ?? 0) === 'number');
}
