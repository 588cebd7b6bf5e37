// One place by several paths: links, dots, folders that are not there yet.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { realPlace } from '../../../src/node/files/places.ts';
import { silentLog } from '../../../src/node/log/log.ts';
import { photosIn } from '../../../src/node/stages/edit/photos.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

const root = temporaryFolder();
mkdirSync(join(root, 'photos'));
writeFileSync(join(root, 'photos', 'a.jpg'), '');
symlinkSync('photos', join(root, 'link'));
symlinkSync('absent', join(root, 'dangling'));

test('links are followed as far as something is there', async () => {
  const place = (...parts: string[]) => realPlace(join(root, ...parts));
  const base = await realPlace(root);
  expect(await place('link')).toBe(join(base, 'photos'));
  expect(await place('link', 'later', 'deep')).toBe(join(base, 'photos', 'later', 'deep'));
  expect(await place('dangling')).toBe(join(base, 'absent'));
  expect(await place('photos', '..', 'link', 'a.jpg')).toBe(join(base, 'photos', 'a.jpg'));
});

test('photos are never replaced by their edits, whichever path leads to their folder', async () => {
  const photos = join(root, 'photos');
  for (const out of [photos, join(root, 'link'), join(root, 'link', '.')]) {
    await expect(photosIn(photos, out, silentLog)).rejects.toThrow(/--out must be another folder than --photos/);
  }
  expect(await photosIn(photos, join(root, 'edited'), silentLog)).toEqual(['a.jpg']);
});
