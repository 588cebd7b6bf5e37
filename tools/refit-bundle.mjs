// Fits a bundle's boundaries anew, to pairs of faces that are alike in all other attributes: after `npm run build`,
// `node tools/refit-bundle.mjs BUNDLE OUT FACES [ATTRIBUTE...]`, without attributes all. The faces are drawn and labelled
// by the bundle itself. The new bundle lacks what `calibrate` knew of these directions, so that is to be run on it;
// links and recipes of the old one would draw other faces and do not open.
import './one-line.mjs';
import { attributeIndex } from '../dist/core/attributes.js';
import { fitBoundary } from '../dist/core/directions/fit/boundary.js';
import { isScored } from '../dist/core/directions/scored.js';
import { bundleFiles, indexedDirections, lastingFacts } from '../dist/core/editor/bundle.js';
import { encodeNpy } from '../dist/core/formats/npy.js';
import { quantile } from '../dist/core/math/statistics.js';
import { openBundle } from '../dist/node/artefacts/bundle.js';
import { checkFolderWritable } from '../dist/node/files/places.js';
import { withBoundarySection } from '../dist/node/stages/bundle/model-card.js';
import { writeBundle } from './changed-bundle.mjs';
import { labelledFaces } from './labelled-faces.mjs';

const [from, to, faces, ...asked] = process.argv.slice(2);
if (from === undefined || to === undefined || !(Number.isInteger(Number(faces)) && Number(faces) >= 2048)) {
  console.error(
    'give two folders, and 2048 faces or more: node tools/refit-bundle.mjs BUNDLE OUT FACES [ATTRIBUTE...]',
  );
  process.exit(2);
}
await checkFolderWritable(to); // before the faces are drawn, which takes minutes

const editor = await openBundle(from, { threads: 1 });
const { bundle } = editor;
const names = bundle.movable.map(({ attribute }) => attribute);
for (const name of asked) attributeIndex(name, names);
const { outputs, latents, scores } = await labelledFaces(editor, Number(faces));
await editor.release();
const columns = outputs.map((_, at) => {
  return Float32Array.from({ length: Number(faces) }, (_, face) => scores[face * outputs.length + at]);
});
const normals = new Float64Array(bundle.directions.length * bundle.latentSize);
const directions = bundle.directions.map((known, row) => {
  const { attribute, threshold, probability, origin } = known;
  const at = outputs.indexOf(attribute);
  const setNormal = normal => normals.set(normal, row * bundle.latentSize);
  if (at < 0 || (asked.length > 0 && !asked.includes(attribute))) {
    if (names.includes(attribute)) setNormal(bundle.movable[names.indexOf(attribute)].normal);
    return known;
  }
  const fit = fitBoundary(attribute, latents, bundle.latentSize, columns[at], {
    samples: 'matched',
    threshold: threshold ?? quantile(columns[at], 0.5),
    others: columns.filter((_, other) => other !== at),
    repeats: 1,
    control: false,
  });
  console.error(fit.controllable ? `${attribute} AUC ${fit.boundary.metrics.heldOut.auc.toFixed(3)}` : fit.reason);
  const facts = { attribute, threshold, ...(probability && { probability }), ...(origin && { origin }) };
  if (!fit.controllable) return { ...facts, boundary: null, controllable: false, reason: fit.reason };
  setNormal(fit.boundary.normal);
  const { metrics, intercept } = fit.boundary;
  return {
    ...facts,
    controllable: true,
    boundary: {
      intercept,
      ...(isScored(known) && {
        metrics: {
          dataSize: metrics.dataSize,
          trainingAccuracy: metrics.training.accuracy,
          testAccuracy: metrics.test.accuracy,
          f1: metrics.test.f1,
          auc: metrics.test.auc,
          heldOutAuc: metrics.heldOut.auc,
        },
      }),
    },
  };
});
const which = asked.length === 0 ? '' : `${asked.join(', ')}: `;
const note =
  `${which}fitted to ${faces} faces that the bundle drew at ψ 1 and labelled itself (\`tools/refit-bundle.mjs\`), in place ` +
  'of the fit that is told under Training.';
const choice = asked.length === 0 ? { samples: 'matched' } : { samples: 'confident', matched: asked };
const card = new TextDecoder().decode(bundle.contents[bundleFiles.modelCard] ?? new Uint8Array());
const contents = {
  ...bundle.contents,
  [bundleFiles.modelCard]: new TextEncoder().encode(
    withBoundarySection(card, { ...choice, directions, note: note[0].toUpperCase() + note.slice(1) }),
  ),
  [bundleFiles.boundaries]: encodeNpy({ shape: [directions.length, bundle.latentSize], data: normals }),
};
await writeBundle(to, contents, { ...lastingFacts(bundle), ...indexedDirections(directions) });
