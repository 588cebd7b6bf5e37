// Makes messages that hold text from files harmless for a terminal: controls are shown, and no line fills the screen.
import { printable } from '../../core/errors.ts';

/** Characters of a message from which on its middle is left out. */
const longest = 900;

/** `printable` in one line of a length that people read. */
export function printableLine(text: string): string {
  const line = printable(text.replace(/\s*[\r\n]\s*/g, ' '));
  if (line.length <= longest) return line;
  const kept = longest / 2;
  return `${line.slice(0, kept)} […] ${line.slice(-kept)}`;
}
