// Converts a bundle of version 1, which holds ONNX files, to version 2, which holds weights: after `npm run build`,
// `node tools/convert-bundle.mjs OLD NEW [ARCHITECTURE.json]`. The JSON file is { "generator": {…}, "classifier": {…} } with
// options of `train gan` and `train classifier`; without it, those listed in the model card are taken.
//
// The weights are those of the ONNX files: the same architecture is compiled with random weights, and the constants of
// both files stand in the same order. In the new bundle half precision is kept where it was; a generator or classifier
// in float32 becomes half where `bundle` would have made it so. All other files stay as they are.
import './one-line.mjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFiles } from '../dist/core/editor/bundle.js';
import { UserError } from '../dist/core/errors.js';
import { fromHalves } from '../dist/core/formats/half.js';
import { decodeOnnx, onnxTypes } from '../dist/core/graph/onnx-format.js';
import { sizeOf } from '../dist/core/graph/tensor.js';
import { flattenTree } from '../dist/core/graph/tree.js';
import { createRandom, normals } from '../dist/core/math/random.js';
import { classifierArchitectureSchema, classifierSpec } from '../dist/core/models/classifier.js';
import { ganArchitectureSchema } from '../dist/core/models/gan-architecture.js';
import { ganModel } from '../dist/core/models/gan-kinds.js';
import { classifierOnnx, generatorOnnx } from '../dist/core/models/inference.js';
import { firstLatents, storedNetworks } from '../dist/node/stages/bundle/stored-networks.js';
import { writeBundle } from './changed-bundle.mjs';

const [from, to, file] = process.argv.slice(2);
if (to === undefined) {
  console.error('give two folders: node tools/convert-bundle.mjs OLD NEW [ARCHITECTURE.json]');
  process.exit(2);
}
const read = name => readFileSync(join(from, name));
const index = JSON.parse(read('bundle.json'));
if (index.schemaVersion !== 1) throw new UserError(`${from} must be of version 1; got ${index.schemaVersion}`);
const { name, resolution, latentSize, attributes, extra, files, sha256 } = index;

const card = read(bundleFiles.modelCard).toString();
const listed = [...card.matchAll(/^```json\n(.*?)^```/gms)].map(([, json]) => JSON.parse(json));
const options = file === undefined ? { generator: listed[0], classifier: listed[1] } : JSON.parse(readFileSync(file));
if (!options.generator || !options.classifier) {
  throw new UserError(
    `the model card of ${from} must list the options of both networks; give them as ARCHITECTURE.json`,
  );
}
const { normalisation = 'range' } = options.generator;
const architectures = {
  generator: ganArchitectureSchema.parse({ ...options.generator, resolution, latentSize }),
  classifier: classifierArchitectureSchema.parse({ normalisation: 'range', ...options.classifier, resolution }),
};

const specs = {
  generator: ganModel(architectures.generator).finishedSpec(),
  classifier: classifierSpec(architectures.classifier),
};
const tensors = {
  generator: weightsOf('generator.onnx', specs.generator, weights =>
    generatorOnnx(architectures.generator, weights, { fusedMatMul: false }),
  ),
  classifier: weightsOf('classifier.onnx', specs.classifier, weights =>
    classifierOnnx(architectures.classifier, weights, { fusedMatMul: false }),
  ),
};
const probability = attributes.map(each => each.probability ?? { slope: 1, intercept: 0 });
const stored = await storedNetworks(
  {
    generator: { details: { ...architectures.generator, normalisation }, tensors: tensors.generator },
    classifier: {
      details: { architecture: architectures.classifier, calibration: probability },
      tensors: tensors.classifier,
    },
  },
  firstLatents(64, latentSize),
);
const contents = {
  [bundleFiles.generator]: stored.generator.bytes,
  [bundleFiles.classifier]: stored.classifier.bytes,
};
for (const other of Object.keys(files)) if (!other.endsWith('.onnx')) contents[other] = read(other);
const details = {
  name,
  generator: { architecture: architectures.generator, normalisation },
  classifier: { architecture: architectures.classifier },
  attributes,
  ...(extra && { extra }),
  formerly: [sha256],
};
await writeBundle(to, contents, details);
for (const [network, { weights, difference }] of Object.entries({
  generator: stored.generator,
  classifier: stored.classifier,
})) {
  console.log(`${network}: ${weights}; half precision changes what it had by ${difference} at most`);
}

/** The weights of an ONNX file by parameter path, which follows from their place among the constants. */
function weightsOf(onnx, spec, compile) {
  const leaves = [...flattenTree(spec)].map(([path, { shape }]) => [path, shape]);
  const random = createRandom(0);
  const markers = Object.fromEntries(
    leaves.map(([path, shape]) => [path, { shape, data: normals(random, sizeOf(shape)) }]),
  );
  const pathOf = new Map(Object.entries(markers).map(([path, { data }]) => [String(data.subarray(0, 3)), path]));
  const order = constantsOf(compile(markers)).flatMap(({ values }) => pathOf.get(String(values.subarray(0, 3))) ?? []);
  const shapes = new Set(leaves.map(([, shape]) => String(shape)));
  const found = spreadOverPlaces(constantsOf(read(onnx)), markers).filter(({ dims }) => shapes.has(String(dims)));
  if (found.length !== order.length) throw new Error(`${onnx} must have ${order.length} weights; got ${found.length}`);
  return Object.fromEntries(
    order.map((path, at) => {
      const { shape } = markers[path];
      const { dims, values } = found[at];
      if (String(dims) !== String(shape)) throw new Error(`${onnx}: ${path} must be [${shape}]; got [${dims}]`);
      return [path, { shape, data: values }];
    }),
  );
}

/** Float constants in their order. */
function constantsOf(onnx) {
  return decodeOnnx(onnx).graph.initializer.flatMap(({ dims, dataType, rawData }) => {
    const { buffer } = new Uint8Array(rawData);
    if (dataType === onnxTypes.float) return [{ dims, values: new Float32Array(buffer) }];
    return dataType === onnxTypes.half ? [{ dims, values: fromHalves(new Uint16Array(buffer)) }] : [];
  });
}

/** The first classifiers took a mean over the 16 places, which is a last layer that weighs each place alike. */
function spreadOverPlaces(constants, { 'output/weight': output }) {
  if (output === undefined) return constants;
  const [outputs, inputs] = output.shape;
  return constants.map(constant => {
    if (String(constant.dims) !== String([outputs, inputs / 16])) return constant;
    return {
      dims: output.shape,
      values: Float32Array.from(output.data, (_, at) => constant.values[Math.floor(at / 16)] / 16),
    };
  });
}
