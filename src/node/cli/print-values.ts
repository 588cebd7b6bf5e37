// Prints plain data as a list, for stages that have no words of their own for their result.

/** A line for each value; groups of values are indented under their name. */
export function printValues(values: object): string {
  return linesOf(values, '').join('\n');
}

function linesOf(values: object, indent: string): string[] {
  const width = Math.max(...Object.keys(values).map(key => key.length));
  return Object.entries(values).flatMap(([key, value]) => {
    if (typeof value === 'object' && value !== null) return [`${indent}${key}`, ...linesOf(value, `${indent}  `)];
    return [`${indent}${key.padEnd(width)}  ${shown(value)}`];
  });
}

/** Six digits are enough to read; `--json` gives all. */
function shown(value: unknown): string {
  return typeof value === 'number' && !Number.isInteger(value) ? String(Number(value.toPrecision(6))) : String(value);
}
