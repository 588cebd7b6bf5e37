// Prints plain data as a list, for stages that have no words of their own for their result.

/** A line for each value that there is; groups of values are indented under their name. */
export function printValues(values: object): string {
  return linesOf(values, '').join('\n');
}

function linesOf(values: object, indent: string): string[] {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  const width = entries.reduce((most, [key]) => Math.max(most, key.length), 0);
  return entries.flatMap(([key, value]) => {
    if (isPlainList(value)) return [`${indent}${key.padEnd(width)}  ${listText(value)}`];
    if (typeof value === 'object' && value !== null) return [`${indent}${key}`, ...linesOf(value, `${indent}  `)];
    return [`${indent}${key.padEnd(width)}  ${shown(value)}`];
  });
}

/** Values of a list that are shown. */
const mostListed = 10;

function isPlainList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.every(each => typeof each !== 'object' || each === null);
}

function listText(list: readonly unknown[]): string {
  const first = list.slice(0, mostListed).map(shown).join(', ');
  return list.length > mostListed ? `${first}, … (${list.length})` : first;
}

/** Six digits are enough to read; `--json` gives all. */
function shown(value: unknown): string {
  return typeof value === 'number' && !Number.isInteger(value) ? String(Number(value.toPrecision(6))) : String(value);
}
