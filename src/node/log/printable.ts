// Makes text from files harmless for a terminal: control characters are shown, not obeyed, and no line fills the screen.

/** Controls, except line feed and tab, and marks that turn the direction of text. */
const controls = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** @returns the text with each control character written as its code, such as `\x1b`. */
export function printable(text: string): string {
  return text.replace(controls, control => {
    const code = control.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

/** Characters of a message from which on its middle is left out. */
const longest = 900;

/** `printable` in one line of a length that people read. */
export function printableLine(text: string): string {
  const line = printable(text.replace(/\s*[\r\n]\s*/g, ' '));
  if (line.length <= longest) return line;
  const kept = longest / 2;
  return `${line.slice(0, kept)} […] ${line.slice(-kept)}`;
}
