// Gives a bundle another name, another card or another face to open the studio with: after `npm run build`,
// `node tools/amend-bundle.mjs BUNDLE OUT [--name NAME] [--card FILE] [--opening-seed SEED]`. A card gets what only people
// can tell, such as how many faces are whole, after all the rest is made. Faces and edits stay the same, so recipes and
// links of the old bundle still open.
import './one-line.mjs';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  bundleFiles,
  indexedDirections,
  lastingFacts,
  readBundle,
  writeBundleIndex,
} from '../dist/core/editor/bundle.js';
import { hashBytes, readBundleFolder } from '../dist/node/artefacts/bundle.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { name: { type: 'string' }, card: { type: 'string' }, 'opening-seed': { type: 'string' } },
});
const [from, to] = positionals;
if (to === undefined || Object.keys(values).length === 0) {
  console.error(
    'give two folders and what changes: node tools/amend-bundle.mjs BUNDLE OUT --name NAME --card FILE --opening-seed SEED',
  );
  process.exit(2);
}
const { name, card, 'opening-seed': seed } = values;
const bundle = await readBundleFolder(from);
const files = { ...bundle.contents, ...(card && { [bundleFiles.modelCard]: readFileSync(card) }) };
const index = {
  ...lastingFacts(bundle),
  ...(name && { name }),
  ...(seed && { openWith: { seed: Number(seed) } }),
  ...indexedDirections(bundle.directions),
  formerly: [...(bundle.formerly ?? []), bundle.sha256],
};
const text = await writeBundleIndex(index, files, hashBytes);
// A seed that is no number, for one, is found out before anything is written.
await readBundle(
  async file => (file === bundleFiles.index ? new TextEncoder().encode(text) : files[file]),
  hashBytes,
  to,
);
mkdirSync(to, { recursive: true });
for (const [file, bytes] of Object.entries(files)) writeFileSync(join(to, file), bytes);
writeFileSync(join(to, bundleFiles.index), text);
