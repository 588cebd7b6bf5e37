// Writes bundles; above all such in which something was changed that leaves faces and edits as they are.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bundleFiles,
  indexedDirections,
  lastingFacts,
  readBundle,
  writeBundleIndex,
} from '../dist/core/editor/bundle.js';
import { hashBytes } from '../dist/node/artefacts/bundle.js';

/**
 * @param bundle the old one, as it was read. @param to the new one's folder.
 * @param files its files in place of the old ones, or beside them. @param facts likewise what its index says.
 * @returns the contents of all its files but the index, by name. Recipes and links of the old bundle open with it.
 * @throws UserError before anything is written, where this is no bundle.
 */
export async function writeChangedBundle(bundle, to, files, facts) {
  const contents = { ...bundle.contents, ...files };
  const index = {
    ...lastingFacts(bundle),
    ...facts,
    ...indexedDirections(bundle.directions),
    formerly: [...(bundle.formerly ?? []), bundle.sha256],
  };
  await writeBundle(to, contents, index);
  return contents;
}

/**
 * @param to folder. @param contents all files but the index, by name. @param index what it says beside their hashes.
 * @throws UserError before anything is written, where this is no bundle.
 */
export async function writeBundle(to, contents, index) {
  const text = await writeBundleIndex(index, contents, hashBytes);
  const read = async name => (name === bundleFiles.index ? new TextEncoder().encode(text) : contents[name]);
  await readBundle(read, hashBytes, to);
  mkdirSync(to, { recursive: true });
  for (const [file, bytes] of Object.entries(contents)) writeFileSync(join(to, file), bytes);
  writeFileSync(join(to, bundleFiles.index), text);
}
