// Says in a few words why a picture file cannot be read; image libraries say it in many.
import { excerpt, UserError } from '../../core/errors.ts';

/** Most pixels of a picture, more than cameras make. A header that claims more is refused before decoding. */
export const mostPixels = 2 ** 26;

/** @param error of the image library. @returns the usual faults in a few words, all without the path. */
export function pictureFault(error: unknown): string {
  const { message } = error as Error;
  if (error instanceof UserError) return message;
  if (/missing/.test(message)) return 'missing';
  if (/premature end|truncated|end of (file|stream)|not enough data/i.test(message)) return 'cut short';
  if (/unsupported image format|(Buffer|Bit Array) is empty/.test(message)) return 'not a picture';
  // The library's threads share its words: those of this picture may have gone to another that was read at the time.
  if (/corrupt header:\s*$/.test(message)) return 'cut short or damaged';
  if (/pixel limit/.test(message)) return `larger than ${mostPixels} pixels`;
  return `unreadable: ${excerpt(message.split('\n')[0]!, 120)}`;
}
