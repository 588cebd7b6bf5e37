// Gives a bundle another name, another card or another face to open the studio with: after `npm run build`,
// `node tools/amend-bundle.mjs BUNDLE OUT [--name NAME] [--card FILE] [--opening-seed SEED]`. A card gets what only
// looking can tell, such as how many faces are whole, after all the rest is made. Faces and edits stay the same, so recipes and
// links of the old bundle still open.
import './one-line.mjs';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundleFiles } from '../dist/core/editor/bundle.js';
import { readBundleFolder } from '../dist/node/artefacts/bundle.js';
import { writeChangedBundle } from './changed-bundle.mjs';

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
await writeChangedBundle(
  await readBundleFolder(from),
  to,
  { ...(card && { [bundleFiles.modelCard]: readFileSync(card) }) },
  { ...(name && { name }), ...(seed && { openWith: { seed: Number(seed) } }) },
);
