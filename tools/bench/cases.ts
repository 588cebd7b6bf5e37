// The cases that `bench` measures: a training step or a batch of faces, in the sizes the project is judged by.
import { countFlops } from '#dist/core/graph/flops.js';
import * as ops from '#dist/core/graph/ops.js';
import { flattenTree, type ParameterSpec, parameterInputs } from '#dist/core/graph/tree.js';
import { createRandom, normals } from '#dist/core/math/random.js';
import type { GanArchitecture } from '#dist/core/models/gan-architecture.js';
import { ganModel } from '#dist/core/models/gan-kinds.js';
import { generatorRunner } from '#dist/core/models/inference.js';
import { initialValues } from '#dist/core/nn/initialise.js';
import type { Device } from '#dist/core/runtime/device.js';
import type { ProgramDefinition } from '#dist/core/runtime/program.js';
import { ganPresets } from '#dist/core/training/gan/presets.js';
import { type GanSettings, trainingConfigOf } from '#dist/core/training/gan/settings.js';
import type { Shares } from '#dist/core/training/gan/shares.js';
import { discriminatorStep, generatorStep, simultaneousStep } from '#dist/core/training/gan/step.js';
import { GanTrainer, type GanTrainingConfig } from '#dist/core/training/gan/trainer.js';
import { shareCount } from '#dist/node/stages/train-gan/options.js';

export interface BenchCase {
  readonly mode: 'train' | 'inference';
  readonly resolution: number;
  /** The networks and how they are trained; nothing grows. */
  readonly settings: GanSettings;
}

const { cpu, style } = ganPresets;
const at64 = { fmapBase: 512, fmapMax: 128, latentSize: 128, minibatch: 16 };
const at128 = { fmapBase: 1024, fmapMax: 256, latentSize: 128, minibatch: 8 };

export const benchCaseNames = [
  'wgan-gp-64',
  'logistic-64',
  'relativistic-64',
  'style-32',
  'style-64',
  'wgan-gp-128',
  'logistic-128',
  'inference-64',
] as const;
type BenchCaseName = (typeof benchCaseNames)[number];

export const benchCases: Readonly<Record<BenchCaseName, BenchCase>> = {
  'wgan-gp-64': { mode: 'train', resolution: 64, settings: { ...cpu, ...at64, loss: 'wgan-gp' } },
  'logistic-64': { mode: 'train', resolution: 64, settings: { ...cpu, ...at64 } },
  // PGGAN, with the loss and the steps of the style networks.
  'relativistic-64': { mode: 'train', resolution: 64, settings: { ...style, kind: 'pggan', generatorNorm: 'pixel' } },
  'style-32': { mode: 'train', resolution: 32, settings: style },
  'style-64': { mode: 'train', resolution: 64, settings: style },
  'wgan-gp-128': { mode: 'train', resolution: 128, settings: { ...cpu, ...at128, loss: 'wgan-gp' } },
  'logistic-128': { mode: 'train', resolution: 128, settings: { ...cpu, ...at128 } },
  'inference-64': { mode: 'inference', resolution: 64, settings: { ...cpu, ...at64 } },
};

/** @returns the shares in which `train gan` would compute the case; undefined where it does in one session. */
export function sharesOf(
  { mode, settings, resolution }: BenchCase,
  options: Parameters<typeof shareCount>[0],
): number | undefined {
  if (mode !== 'train' || !settings.dataParallel) return undefined;
  return shareCount(options, trainingConfigOf({ ...settings, growing: false }, resolution, 0));
}

export interface Workload {
  /** One step of both networks, or one batch of faces. */
  run(): Promise<unknown>;
  /** Multiplications and additions of one run, on average. */
  readonly flops: number;
  release(): Promise<void>;
}

/**
 * Makes a case ready to run: noise for pictures, fresh networks.
 * @param shares threads that share a training's minibatches; left out, one session computes all of each.
 */
export async function openCase(device: Device, given: BenchCase, shares?: Shares): Promise<Workload> {
  const { mode, settings, resolution } = given;
  const config = trainingConfigOf({ ...settings, growing: false }, resolution, 0);
  return mode === 'train' ? trainingCase(device, config, shares) : inferenceCase(device, settings, config.architecture);
}

function trainingCase(device: Device, config: GanTrainingConfig, shares: Shares | undefined): Workload {
  const { resolution, minibatch } = config.plan;
  const random = createRandom(1);
  const count = 2 * minibatch;
  const pixels = Uint8Array.from({ length: count * 3 * resolution ** 2 }, () => random.integer(256));
  const trainer = new GanTrainer(device, config, { resolution, count, pixels }, undefined, { shares });
  return { run: () => trainer.step(), flops: flopsOfStep(config), release: () => trainer.release() };
}

/** The average over steps with the penalty and without. */
function flopsOfStep({ architecture, loss, adam, plan, discriminatorSteps }: GanTrainingConfig): number {
  const { resolution, minibatch } = plan;
  const options = { architecture, loss, adam, resolution, minibatch, fading: false };
  const flopsOf = ({ outputs = {}, updates = {} }: ProgramDefinition) =>
    countFlops([...Object.values(outputs), ...Object.values(updates)]);
  const together = discriminatorSteps === 0;
  const step = together ? simultaneousStep : discriminatorStep;
  const penalised = 1 / loss.interval;
  const ofSteps =
    penalised * flopsOf(step(options, true)) +
    (loss.interval > 1 ? (1 - penalised) * flopsOf(step(options, false)) : 0);
  return ofSteps + (together ? 0 : flopsOf(generatorStep(options)));
}

async function inferenceCase(device: Device, { minibatch, latentSize }: GanSettings, architecture: GanArchitecture) {
  const random = createRandom(1);
  const model = ganModel(architecture);
  const spec = model.finishedSpec();
  const weights = Object.fromEntries(
    [...flattenTree<ParameterSpec>(spec)].map(([path, leaf]) => [
      path,
      { shape: leaf.shape, data: initialValues(leaf, random) },
    ]),
  );
  const runner = await generatorRunner(device, architecture, weights, minibatch);
  const latents = normals(random, minibatch * latentSize);
  const images = model.generate(parameterInputs(spec, 'g'), ops.input('z', [minibatch, latentSize]));
  return { run: () => runner.generate(latents), flops: countFlops([images]), release: () => runner.release() };
}
