// Adds an encoder to a bundle, by which it opens photos: after `npm run build`, `node tools/add-encoder.mjs BUNDLE ENCODER
// OUT`, ENCODER being a run folder of train encoder for the bundle's generator. Faces and edits stay the same, so recipes
// and links of the old bundle still open.
import './one-line.mjs';
import { bundleFiles } from '../dist/core/editor/bundle.js';
import { encodeWeights } from '../dist/core/editor/networks.js';
import { encoderSpec } from '../dist/core/models/encoder.js';
import { readBundleFolder } from '../dist/node/artefacts/bundle.js';
import { readEncoder } from '../dist/node/artefacts/encoder.js';
import { writeChangedBundle } from './changed-bundle.mjs';

const [from, run, to] = process.argv.slice(2);
if (to === undefined) {
  console.error('give three folders: node tools/add-encoder.mjs BUNDLE ENCODER OUT');
  process.exit(2);
}
const bundle = await readBundleFolder(from);
const { architecture, weights } = await readEncoder(run);
const encoder = encodeWeights(encoderSpec(architecture), weights, 'float16');
// An encoder of another generator's shape is found out before anything is written.
const files = await writeChangedBundle(bundle, to, { [bundleFiles.encoder]: encoder }, { encoder: { architecture } });
const bytes = Object.values(files).reduce((sum, each) => sum + each.length, 0);
console.log(`${to}: ${(bytes / 1e6).toFixed(1)} MB, ${(encoder.length / 1e6).toFixed(1)} MB of it the encoder`);
