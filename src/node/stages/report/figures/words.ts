// Writes names and numbers for figures and their captions.

/** `5_o_Clock_Shadow` as `5 o Clock Shadow`. */
export function readable(attribute: string): string {
  return attribute.replaceAll('_', ' ');
}

/** `202,599`. */
export function counted(count: number): string {
  return count.toLocaleString('en');
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
