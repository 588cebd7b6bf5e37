// Adds a field to a bundle that has none, by which edits can hold locks along a curve: after `npm run build`,
// `node tools/add-field.mjs BUNDLE OUT [FACES]`. The faces are drawn and labelled by the bundle itself. Pictures of edits
// in a straight line stay the same, so recipes and links of the old bundle still open.
import './one-line.mjs';
import { bundleFiles } from '../dist/core/editor/bundle.js';
import { encodeWeights } from '../dist/core/editor/networks.js';
import { UserError } from '../dist/core/errors.js';
import { brightnessName, faceBrightness } from '../dist/core/images/brightness.js';
import { fieldSpec } from '../dist/core/models/field.js';
import { seenLatents } from '../dist/core/models/latents.js';
import { fitField } from '../dist/core/training/field/trainer.js';
import { openBundle } from '../dist/node/artefacts/bundle.js';
import { cpuDevice } from '../dist/node/devices/device.js';
import { checkFolderWritable } from '../dist/node/files/places.js';
import { fieldEpochs, fieldWidths } from '../dist/node/stages/fit/field.js';
import { writeChangedBundle } from './changed-bundle.mjs';

const [from, to, faces = '100000'] = process.argv.slice(2);
if (from === undefined || to === undefined || !(Number.isInteger(Number(faces)) && Number(faces) >= 2048)) {
  console.error('give two folders, and 2048 faces or more: node tools/add-field.mjs BUNDLE OUT [FACES]');
  process.exit(2);
}
await checkFolderWritable(to); // before the faces are drawn, which takes minutes
const count = Number(faces);
/** Seeds far from those that people look at and that edits are measured on. */
const firstSeed = 100_000_000;
const batch = 100;

const editor = await openBundle(from, { threads: 1 });
if (editor.bundle.field !== undefined) {
  throw new UserError(`${from} has a field; with another, its recipes would draw other faces. Calibrate a new bundle`);
}
const { latentSize, resolution } = editor.bundle;
const { attributes } = editor;
const outputs = [...attributes.filter(name => name !== brightnessName), brightnessName];
const latents = new Float32Array(count * latentSize);
const scores = new Float32Array(count * outputs.length);
for (let first = 0; first < count; first += batch) {
  const some = Array.from({ length: Math.min(batch, count - first) }, (_, i) =>
    editor.sample(firstSeed + first + i, 1),
  );
  const images = await editor.render(some);
  const logits = await editor.score(images);
  const light = faceBrightness(images, resolution);
  some.forEach((latent, i) => {
    latents.set(latent, (first + i) * latentSize);
    const row = (first + i) * outputs.length;
    outputs.forEach((output, at) => {
      const column = attributes.indexOf(output);
      scores[row + at] = column < 0 ? light[i] : logits[i * attributes.length + column];
    });
  });
  if (first % 10_000 === 0) console.error(`${first} of ${count} faces`);
}
await editor.release();
const architecture = { latentSize, widths: [...fieldWidths], outputs };
const seen = seenLatents(latents, latentSize, editor.geometry);
const { weights, r2 } = await fitField(
  cpuDevice(1),
  { latents: seen, scores },
  {
    architecture,
    seed: 0,
    epochs: fieldEpochs(count),
    onEpoch: (epoch, loss) => console.error(`epoch ${epoch}: loss ${loss.toFixed(4)}`),
  },
);
const field = encodeWeights(fieldSpec(architecture), weights, 'float16');
await writeChangedBundle(editor.bundle, to, { [bundleFiles.field]: field }, { field: { architecture } });
outputs.forEach((output, at) => {
  console.log(`${output} R² ${r2[at].toFixed(3)}`);
});
console.log(`mean R² ${(r2.reduce((sum, each) => sum + each) / r2.length).toFixed(3)}`);
