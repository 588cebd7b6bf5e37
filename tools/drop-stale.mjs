// Removes what the compiler made of sources that are gone, and maps, which it once made, before it compiles the others: it
// leaves such files behind, and they would be packed, and hashed into the program's version. Part of `npm run build`.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ending = /\.(js|d\.ts)(\.map)?$/;

for (const room of ['core', 'node', 'web']) {
  const compiled = join(root, 'dist', room);
  if (!existsSync(compiled)) continue;
  for (const name of readdirSync(compiled, { recursive: true })) {
    const source = join(root, 'src', room, name.replace(ending, ''));
    const isMade = !name.endsWith('.map') && ['.ts', '.tsx'].some(each => existsSync(source + each));
    if (ending.test(name) && !isMade) rmSync(join(compiled, name));
  }
}
