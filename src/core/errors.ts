// Tells a user's mistake (one clear line, exit code 2) from a bug of ours (a stack trace).

/**
 * Something the user can mend. The message says what is wrong, the rule, what was received and what to do,
 * in one line: `resolution must be a power of two from 4 to 1024; got 48`.
 */
export class UserError extends Error {
  override name = 'UserError';
}

/** Controls, except line feed and tab, and marks that turn the direction of text. */
const controls = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** @returns the text with each control character written as its code, such as `\x1b`: shown, and not obeyed. */
export function printable(text: string): string {
  return text.replace(controls, control => codeOf(control));
}

function codeOf(character: string): string {
  const code = character.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
}

/** Text of a foreign file as a message may show it: `printable`, in one line, and cut after `most` characters. */
export function excerpt(text: string, most = 80): string {
  const shown = printable(text.slice(0, most)).replace(/[\n\t]/g, codeOf);
  return text.length > most ? `${shown}…` : shown;
}

/** Names the first few and counts the rest: `a, b and 3 more`. */
export function firstFew(names: readonly string[], most = 5): string {
  const rest = names.length - most;
  return names.slice(0, most).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** @param things their plural. @returns `3 faces`, or `1 face`. */
export function countOf(count: number | string, things: string): string {
  return `${count} ${`${count}` === '1' ? things.replace(/s$/, '') : things}`;
}

/** @returns an `excerpt` of a foreign value as JSON; `none` for undefined, and NaN and infinity by their names. */
export function jsonExcerpt(value: unknown, most = 80): string {
  return excerpt(asJson(value) ?? 'none', most);
}

/** Kinds of arguments, which programs without types may get wrong. */
const kinds = {
  text: (value: unknown) => typeof value === 'string',
  'a number': (value: unknown) => typeof value === 'number',
  'true or false': (value: unknown) => typeof value === 'boolean',
  'a list': Array.isArray,
  'an object': (value: unknown) => typeof value === 'object' && value !== null,
  'a Uint8Array': (value: unknown) => value instanceof Uint8Array,
  'a function': (value: unknown) => typeof value === 'function',
  'an AbortSignal': (value: unknown) =>
    typeof (value as { throwIfAborted?: unknown } | null)?.throwIfAborted === 'function',
} as const;

/** Checks what types cannot where there are none. @throws UserError by name: `moves must be a list; got null`. */
export function checkKind(name: string, value: unknown, kind: keyof typeof kinds): void {
  if (kinds[kind](value)) return;
  throw new UserError(`${name} must be ${kind}; got ${shownArgument(value)}`);
}

/** @returns an argument of any kind as a message tells it: text in quotes, since "7" is not 7. */
export function shownArgument(value: unknown): string {
  if (typeof value === 'string') return jsonExcerpt(value);
  const isPlain = value === null || !['object', 'function'].includes(typeof value);
  return isPlain ? String(value) : `another ${typeof value}`;
}

/** Does so for an option, which may be left out. */
export function checkOption(name: string, value: unknown, kind: keyof typeof kinds): void {
  if (value !== undefined) checkKind(name, value, kind);
}

/**
 * JSON is read at any depth, but written by recursion, which lists within lists exhaust. It has 1e999, which is read as
 * infinity, but no infinity, for which it would say null.
 */
function asJson(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return '…';
    throw error;
  }
}

/**
 * The nearest of `candidates` to a misspelt `word`, whatever their case; undefined where none is near. Near is what takes
 * at most 2 letters added, dropped, changed or swapped with the next, or as many as a third of the word's, but never more
 * than half of them: any other short word would be near.
 */
export function suggestion(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.floor(Math.min(Math.max(2, word.length / 3), word.length / 2)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** ` Did you mean "x"?`, or nothing: the tail of an error line about an unknown name. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = suggestion(word, candidates);
  return near === undefined ? '' : ` Did you mean "${near}"?`;
}

/** The optimal string alignment distance: Levenshtein's, where two neighbours that are swapped count as one. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? beforePrevious[j - 2]! + 1 : substitution;
      current.push(Math.min(substitution, swap, previous[j]! + 1, current[j - 1]! + 1));
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[b.length]!;
}
