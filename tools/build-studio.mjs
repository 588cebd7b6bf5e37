// Builds the studio's page into dist/studio: `npm run build:studio`. Vite reads a path as an address, so in a folder whose
// path has "#" or "?" it would end in the middle of itself.
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [character] = /[#?]/.exec(root) ?? [];
if (character !== undefined) {
  console.error(
    `error: the studio cannot be built in a folder whose path has "${character}"; got ${root}. Move the checkout`,
  );
  process.exit(2);
}
const { build } = await import('vite');
await build({ configFile: `${root}/vite.config.ts`, logLevel: 'warn' });
