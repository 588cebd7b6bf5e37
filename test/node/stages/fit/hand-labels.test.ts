// Labels by hand are read from tables as people save them, and damaged ones are refused in one line.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readLabelledFaces } from '../../../../src/node/stages/fit/hand-labels.ts';
import { survivesMutations } from '../../../helpers/fuzz.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';

const folder = temporaryFolder();
const path = join(folder, 'dimples.csv');

test.each<[string, string | Uint8Array]>([
  ['lines of Unix', 'seed,label\n7,1\n12,0\n'],
  ['lines of an old Mac', 'seed,label\r7,1\r12,0'],
  ['a mark of UTF-8, and semicolons', '\uFEFFSeed;label\r\n7;1\r\n12;0\r\n'],
  ['quotes, blank lines, another column', '"seed","label","note"\n\n"7","1","a, b"\n\n"12","0",""\n'],
  ['tabs, and numbers with a point', 'seed\tlabel\n7.0\t1.0\n12.0\t0.0\n'],
  ['words', 'seed,label\n7,yes\n12,No\n'],
  ['1 and −1', 'seed,label\n7,1\n12,-1\n'],
  ['UTF-16', Buffer.from('\uFEFFseed,label\r\n7,1\r\n12,0\r\n', 'utf16le')],
])('%s', async (_, content) => {
  writeFileSync(path, content);
  expect(await readLabelledFaces(path, 0)).toEqual({
    by: 'seed',
    given: new Map([
      [7, 1],
      [12, 0],
    ]),
  });
});

test('mutations are read or refused in one line', { timeout: 60_000 }, async () => {
  const lines = Array.from({ length: 40 }, (_, i) => `${3 * i},${i % 2}`);
  const good = Buffer.from(`index,label\n${lines.join('\n')}\n`);
  await survivesMutations(good, bytes => {
    writeFileSync(path, bytes);
    return readLabelledFaces(path, 200);
  });
});
