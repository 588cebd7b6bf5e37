// Trains a small network with the engine alone: it learns on which of two spirals a point lies.
// From a clone: `npm ci && npm run build && node examples/engine.ts`. Node runs TypeScript from 22.18 on.
import { gradients } from '#dist/core/graph/gradient.js';
import * as ops from '#dist/core/graph/ops.js';
import type { Tensor } from '#dist/core/graph/tensor.js';
import { flattenTree, type ParameterSpec, parameterInputs } from '#dist/core/graph/tree.js';
import { createRandom } from '#dist/core/math/random.js';
import { adamSpecs, adamUpdates } from '#dist/core/nn/adam.js';
import { initialValues } from '#dist/core/nn/initialise.js';
import { dense, denseSpec, he } from '#dist/core/nn/layers.js';
import { Program } from '#dist/core/runtime/program.js';
import { StateStore } from '#dist/core/runtime/state.js';
import { cpuDevice } from '#dist/node/devices/device.js';

// The data: points [n, 2] on two spirals that wind round each other once, and which spiral each is on [n, 1].
const n = 200;
const labels = Float32Array.from({ length: n }, (_, i) => i % 2);
const points = Float32Array.from({ length: 2 * n }, (_, at) => {
  const i = Math.floor(at / 2);
  const radius = (i + 10) / n;
  const angle = 2 * Math.PI * radius + Math.PI * labels[i]!;
  return radius * (at % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
});

// The network: a spec for each parameter (its shape, how it starts), and tensors that stand for their values.
const spec = { first: he(denseSpec(2, 32)), second: he(denseSpec(32, 32)), last: he(denseSpec(32, 1), 1) };
const network = parameterInputs(spec, 'network');

// Forward. A tensor is a node of a graph; nothing is computed yet.
const target = ops.input('labels', [n, 1]);
const first = ops.leakyRelu(dense(network.first, ops.input('points', [n, 2])));
const second = ops.leakyRelu(dense(network.second, first));
const logits = dense(network.last, second);
const loss = ops.mean(ops.sub(ops.softplus(logits), ops.mul(logits, target))); // cross-entropy
const isRight = ops.greater(ops.mul(logits, ops.sub(target, 0.5)), 0);
const accuracy = ops.mean(ops.where(isRight, 1, 0));

// Backward, and Adam: gradients are ordinary tensors, and so are the next parameters made of them.
const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const parameters = flattenTree<Tensor>(network, 'network'); // by name: network/first/weight, …
const slopes = gradients(loss, [...parameters.values()]);
const updates = adamUpdates(parameters, slopes, ops.scalar(0.01), 'adam', adam);

// The whole step becomes one ONNX graph. Running it returns the outputs, and replaces in the state what it updates.
const device = cpuDevice(1);
const step = await Program.compile(device, { outputs: { loss, accuracy }, updates });
const state = new StateStore(device);
const random = createRandom(1);
const specs = flattenTree<ParameterSpec>(spec, 'network');
for (const [name, each] of [...specs, ...adamSpecs(specs, 'adam', adam)]) {
  state.set(name, each.shape, initialValues(each, random));
}

for (let i = 0; i <= 300; i++) {
  const result = await step.run({ points, labels }, state);
  if (i % 50 === 0) {
    console.log(`step ${i}: loss ${result.loss![0]!.toFixed(4)}, ${(100 * result.accuracy![0]!).toFixed(1)} % right`);
  }
}
await step.release();
