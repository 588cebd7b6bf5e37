// Whether the studio's page is there, and whether its sources, where these are too, have changed since it was built.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, fromRoot } from '../files/places.ts';

export async function studioPage(): Promise<'built' | 'not built' | 'older than its sources'> {
  const page = fromRoot('dist/studio/index.html');
  if (!(await exists(page))) return 'not built';
  const built = (await stat(page)).mtimeMs;
  for (const folder of ['src/core', 'src/web']) {
    if (!(await exists(fromRoot(folder)))) return 'built'; // a published package has no sources
    for (const entry of await readdir(fromRoot(folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && (await stat(join(entry.parentPath, entry.name))).mtimeMs > built) {
        return 'older than its sources';
      }
    }
  }
  return 'built';
}
