// Adds a field to a bundle that has none, by which edits can hold locks along a curve: after `npm run build`,
// `node tools/add-field.mjs BUNDLE OUT [FACES]`. The faces are drawn and labelled by the bundle itself. Pictures of edits
// in a straight line stay the same, so recipes and links of the old bundle still open.
import './one-line.mjs';
import { bundleFiles } from '../dist/core/editor/bundle.js';
import { encodeWeights } from '../dist/core/editor/networks.js';
import { UserError } from '../dist/core/errors.js';
import { fieldSpec } from '../dist/core/models/field.js';
import { fitField } from '../dist/core/training/field/trainer.js';
import { openBundle } from '../dist/node/artefacts/bundle.js';
import { cpuDevice } from '../dist/node/devices/device.js';
import { checkFolderWritable } from '../dist/node/files/places.js';
import { usualSteadiness } from '../dist/node/stages/bundle/stage.js';
import { fieldEpochs, fieldWidths } from '../dist/node/stages/fit/field.js';
import { writeChangedBundle } from './changed-bundle.mjs';
import { labelledFaces } from './labelled-faces.mjs';

const [from, to, faces = '100000'] = process.argv.slice(2);
if (from === undefined || to === undefined || !(Number.isInteger(Number(faces)) && Number(faces) >= 2048)) {
  console.error('give two folders, and 2048 faces or more: node tools/add-field.mjs BUNDLE OUT [FACES]');
  process.exit(2);
}
await checkFolderWritable(to); // before the faces are drawn, which takes minutes
const count = Number(faces);
const editor = await openBundle(from, { threads: 1 });
if (editor.bundle.field !== undefined) {
  throw new UserError(`${from} has a field; with another, its recipes would draw other faces. Calibrate a new bundle`);
}
const { latentSize } = editor.bundle;
const { outputs, latents, scores } = await labelledFaces(editor, count);
await editor.release();
const architecture = { latentSize, widths: [...fieldWidths], outputs };
const { weights, r2 } = await fitField(
  cpuDevice(1),
  { latents, scores },
  {
    architecture,
    seed: 0,
    epochs: fieldEpochs(count),
    onEpoch: (epoch, loss) => console.error(`epoch ${epoch}: loss ${loss.toFixed(4)}`),
  },
);
const field = encodeWeights(fieldSpec(architecture), weights, 'float16');
await writeChangedBundle(
  editor.bundle,
  to,
  { [bundleFiles.field]: field },
  {
    field: { architecture, steadiness: usualSteadiness },
  },
);
outputs.forEach((output, at) => {
  console.log(`${output} R² ${r2[at].toFixed(3)}`);
});
console.log(`mean R² ${(r2.reduce((sum, each) => sum + each) / r2.length).toFixed(3)}`);
