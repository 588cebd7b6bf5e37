// Tables are read the same however they were saved: line ends, separators, quotes, encodings, gzip.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readTextTable } from '../../../src/node/files/text-table.ts';
import { survivesMutations } from '../../helpers/fuzz.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

const folder = temporaryFolder();
let number = 0;
function file(content: Uint8Array | string): string {
  const path = join(folder, `table-${number++}.csv`);
  writeFileSync(path, content);
  return path;
}
const cellsIn = async (content: Uint8Array | string) =>
  [...(await readTextTable(file(content)))].map(({ cells }) => cells);

const rows = [
  ['name', 'smile'],
  ['Smith, J.jpg', '1'],
  ['b.jpg', '-1'],
];
const csv = 'name,smile\n"Smith, J.jpg",1\nb.jpg,-1\n';

test.each<[string, Uint8Array | string]>([
  ['commas', csv],
  ['CRLF', csv.replaceAll('\n', '\r\n')],
  ['CR alone', csv.replaceAll('\n', '\r')],
  ['no end of line at the end', csv.trim()],
  [
    'blank lines and spaces around cells',
    csv.replaceAll('\n', ' \n\n').replaceAll(',', ' , ').replace('Smith ,  ', 'Smith, '),
  ],
  ['a byte order mark', `\uFEFF${csv}`],
  ['UTF-16, little-endian', Buffer.from(`\uFEFF${csv}`, 'utf16le')],
  ['UTF-16, big-endian', Buffer.from(`\uFEFF${csv}`, 'utf16le').swap16()],
  ['semicolons, as spreadsheets save in many countries', 'name;smile\nSmith, J.jpg;1\nb.jpg;-1\n'],
  ['tabs', 'name\tsmile\nSmith, J.jpg\t1\nb.jpg\t-1\n'],
  ['spaces', 'name   smile\n"Smith, J.jpg"  1\nb.jpg -1 \n'],
  ['gzip', gzipSync(csv)],
  ['empty columns at the end', csv.replaceAll('\n', ',,\n')],
])('%s', async (_, content) => {
  expect(await cellsIn(content)).toEqual(rows);
});

test('quotes inside quotes, quotes that do not begin a cell, accents of Windows, and a count above the names', async () => {
  expect(await cellsIn('a,b\n"say ""x""",1\n5" tall.jpg,0\n"open,1\n')).toEqual([
    ['a', 'b'],
    ['say "x"', '1'],
    ['5" tall.jpg', '0'],
    ['"open', '1'],
  ]);
  expect(await cellsIn(Buffer.from('name,a\nZoë.jpg,1\n', 'latin1'))).toEqual([
    ['name', 'a'],
    ['Zoë.jpg', '1'],
  ]);
  expect(await cellsIn('2\nSmiling Young\na.jpg  1 -1\n')).toEqual([['2'], ['Smiling', 'Young'], ['a.jpg', '1', '-1']]);
});

test('rows know their lines', async () => {
  const read = await readTextTable(file('a,b\n\n\nc,d\n'));
  expect([...read].map(({ line }) => line)).toEqual([1, 4]);
});

test.each<[string, Uint8Array | string, RegExp]>([
  ['a spreadsheet', Buffer.from('PK\x03\x04rest'), /is packed \(ZIP\) or a spreadsheet; unpack it, or save it as CSV/],
  ['a picture', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), /must be a table of text; it holds binary data/],
  ['half a gzip file', gzipSync(csv).subarray(0, 20), /cannot be unpacked: .*get the whole file again/],
  ['a bomb', gzipSync(new Uint8Array(2 ** 28 + 1)), /is larger than a table may be, 256 MB; check the path/],
  ['one endless line', 'x'.repeat(2 ** 20 + 1), /line 1 has 1048577 characters; a table's may have 1048576 at most/],
])('%s is one line', async (_, content, message) => {
  const path = file(content);
  await expect(readTextTable(path)).rejects.toThrow(message);
  await expect(readTextTable(path)).rejects.toThrow(/^[^\n]+$/);
});

test('mutations are read or refused in one line', async () => {
  const path = file('');
  await survivesMutations(Buffer.from(csv.repeat(20)), async bytes => {
    writeFileSync(path, bytes);
    return [...(await readTextTable(path))];
  });
});
