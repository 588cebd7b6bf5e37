// What `bench` measures: a training step or a batch of faces, in the sizes that the project is judged by.
import { countFlops } from '../../src/core/graph/flops.ts';
import * as ops from '../../src/core/graph/ops.ts';
import { flattenTree, parameterInputs } from '../../src/core/graph/tree.ts';
import { createRandom, normals } from '../../src/core/math/random.ts';
import { ganModel } from '../../src/core/models/gan-kinds.ts';
import { generatorRunner } from '../../src/core/models/inference.ts';
import { initialValues } from '../../src/core/nn/initialise.ts';
import { ganPresets } from '../../src/core/training/gan/gan-presets.ts';
import { discriminatorStep, generatorStep, simultaneousStep } from '../../src/core/training/gan/gan-step.ts';
import { GanTrainer } from '../../src/core/training/gan/gan-trainer.ts';
import { trainingConfigOf } from '../../src/core/training/gan/settings.ts';
import { adversarialLoss } from '../../src/core/training/losses/losses.ts';

const { cpu, style } = ganPresets;
const at64 = { fmapBase: 512, fmapMax: 128, latentSize: 128, minibatch: 16 };
const at128 = { fmapBase: 1024, fmapMax: 256, latentSize: 128, minibatch: 8 };
export const benchCaseNames = [
  'wgan-gp-64',
  'logistic-64',
  'relativistic-64',
  'style-64',
  'wgan-gp-128',
  'logistic-128',
  'inference-64',
];
export const benchCases = {
  'wgan-gp-64': { mode: 'train', resolution: 64, settings: { ...cpu, ...at64, loss: 'wgan-gp' } },
  'logistic-64': { mode: 'train', resolution: 64, settings: { ...cpu, ...at64 } },
  // PGGAN, trained as the style networks are.
  'relativistic-64': { mode: 'train', resolution: 64, settings: { ...style, kind: 'pggan', generatorNorm: 'pixel' } },
  'style-64': { mode: 'train', resolution: 64, settings: style },
  'wgan-gp-128': { mode: 'train', resolution: 128, settings: { ...cpu, ...at128, loss: 'wgan-gp' } },
  'logistic-128': { mode: 'train', resolution: 128, settings: { ...cpu, ...at128 } },
  'inference-64': { mode: 'inference', resolution: 64, settings: { ...cpu, ...at64 } },
};
/**
 * Makes a case ready to run: noise for pictures, fresh networks.
 * @param shares threads that share a training's minibatches; left out, one session computes all of each.
 */
export async function openCase(device, given, shares) {
  const { mode, settings, resolution } = given;
  const config = trainingConfigOf({ ...settings, growing: false }, resolution, 0);
  return mode === 'train' ? trainingCase(device, config, shares) : inferenceCase(device, settings, config.architecture);
}
function trainingCase(device, config, shares) {
  const { resolution, minibatch } = config.plan;
  const random = createRandom(1);
  const count = 2 * minibatch;
  const pixels = Uint8Array.from({ length: count * 3 * resolution ** 2 }, () => random.integer(256));
  const trainer = new GanTrainer(device, config, { resolution, count, pixels }, undefined, { shares });
  return { run: () => trainer.step(), flops: flopsOfStep(config), release: () => trainer.release() };
}
/** On average over steps with the penalty and without. */
function flopsOfStep({ architecture, loss, adam, plan, discriminatorSteps }) {
  const { resolution, minibatch } = plan;
  const options = { architecture, loss, adam, resolution, minibatch, fading: false };
  const flopsOf = ({ outputs = {}, updates = {} }) =>
    countFlops([...Object.values(outputs), ...Object.values(updates)]);
  const together = discriminatorSteps === 0;
  const step = together ? simultaneousStep : discriminatorStep;
  const penalised = 1 / adversarialLoss(loss).interval;
  const ofSteps = penalised * flopsOf(step(options, true)) + (1 - penalised) * flopsOf(step(options, false));
  return ofSteps + (together ? 0 : flopsOf(generatorStep(options)));
}
async function inferenceCase(device, { minibatch, latentSize }, architecture) {
  const random = createRandom(1);
  const model = ganModel(architecture);
  const spec = model.finishedSpec();
  const weights = Object.fromEntries(
    [...flattenTree(spec, '')].map(([path, leaf]) => [
      path.slice(1),
      { shape: leaf.shape, data: initialValues(leaf, random) },
    ]),
  );
  const runner = await generatorRunner(device, architecture, weights, minibatch);
  const latents = normals(random, minibatch * latentSize);
  const images = model.generate(parameterInputs(spec, 'g'), ops.input('z', [minibatch, latentSize]));
  return { run: () => runner.generate(latents), flops: countFlops([images]), release: () => runner.release() };
}
//# sourceMappingURL=cases.js.map
