// Stage `edit --photos`: which photos of a folder are edited, and what is said of the others.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLog } from '../../../../src/node/log/log.ts';
import { photosIn } from '../../../../src/node/stages/edit/photos.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';

const root = temporaryFolder();

test('photos in folders below are told of, but for the edits themselves', async () => {
  const holiday = join(root, 'holiday');
  const out = join(holiday, 'edited');
  for (const name of ['beach', 'edited', 'notes', '.hidden']) mkdirSync(join(holiday, name), { recursive: true });
  writeFileSync(join(holiday, 'a.jpg'), '');
  for (const name of ['beach', 'edited', '.hidden']) copyFileSync(join(holiday, 'a.jpg'), join(holiday, name, 'b.JPG'));
  writeFileSync(join(holiday, 'notes', 'words.txt'), '');
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
  expect(await photosIn(holiday, out, log)).toEqual(['a.jpg']);
  expect(warnings).toEqual([`left out: photos in ${join(holiday, 'beach')}. Edit them with a --photos of their own`]);
});
