// Decodes text files of people: UTF-8 or UTF-16 with a mark, which Windows' tools write, and older encodings.

/**
 * @returns the text without its byte order mark. Bytes that are no UTF-8 are read as Windows-1252, in which spreadsheets
 *   save on Windows.
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
