// Faults of picture files in a few words, whatever the image library says of them.
import { expect, test } from 'vitest';
import { pictureFault } from '../../../src/node/photos/picture-fault.ts';

test.each([
  ['Input file has corrupt header: VipsJpeg: premature end of JPEG image', 'cut short'],
  ['Input file has corrupt header: ', 'cut short or damaged'], // its own words went to another picture
  ['Input buffer contains unsupported image format', 'not a picture'],
  ['Input file is missing: /a/b.jpg', 'missing'],
  [
    'Input file has corrupt header: tiff2vips: bad magic\nmore words',
    'unreadable: Input file has corrupt header: tiff2vips: bad magic',
  ],
])('%o is told as %o', (message, told) => {
  expect(pictureFault(new Error(message))).toBe(told);
});
