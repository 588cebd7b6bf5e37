// Adds to a bundle the values of one face, by which studio and library try a device before it draws: after
// `npm run build`, `node tools/add-known-face.mjs BUNDLE OUT`. `bundle` does it by itself; bundles of before have none.
// All edits stay the same, so recipes and links of the old bundle still open.
import './one-line.mjs';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFiles, indexedDirections, lastingFacts, writeBundleIndex } from '../dist/core/editor/bundle.js';
import { knownFace } from '../dist/core/editor/known-face.js';
import { hashBytes, openBundle } from '../dist/node/artefacts/bundle.js';

const [from, to] = process.argv.slice(2);
if (to === undefined) {
  console.error('give two folders: node tools/add-known-face.mjs BUNDLE OUT');
  process.exit(2);
}
const editor = await openBundle(from, { threads: 1 });
const { directions, contents, sha256, formerly = [] } = editor.bundle;
const index = {
  ...lastingFacts(editor.bundle),
  known: await knownFace(editor),
  ...indexedDirections(directions),
  formerly: [...formerly, sha256],
};
await editor.release();
mkdirSync(to, { recursive: true });
for (const [file, bytes] of Object.entries(contents)) writeFileSync(join(to, file), bytes);
writeFileSync(join(to, bundleFiles.index), await writeBundleIndex(index, contents, hashBytes));
