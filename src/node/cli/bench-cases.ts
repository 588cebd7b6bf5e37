// What `bench` measures: a training step or a batch of faces, in the sizes that the project is judged by.

import { countFlops } from '../../core/graph/flops.ts';
import * as ops from '../../core/graph/ops.ts';
import { flattenTree, type ParameterSpec, parameterInputs } from '../../core/graph/tree.ts';
import { createRandom, normals } from '../../core/math/random.ts';
import type { GanArchitecture } from '../../core/models/gan-architecture.ts';
import { ganModel } from '../../core/models/gan-kinds.ts';
import { generatorRunner } from '../../core/models/inference.ts';
import { initialValues } from '../../core/nn/initialise.ts';
import type { Device } from '../../core/runtime/device.ts';
import type { ProgramDefinition } from '../../core/runtime/program.ts';
import { ganPresets } from '../../core/training/gan/gan-presets.ts';
import { discriminatorStep, generatorStep } from '../../core/training/gan/gan-step.ts';
import { GanTrainer, type GanTrainingConfig } from '../../core/training/gan/gan-trainer.ts';
import { trainingConfigOf } from '../../core/training/gan/settings.ts';
import type { GanLoss } from '../../core/training/losses/losses.ts';

export interface BenchCase {
  readonly mode: 'train' | 'inference';
  readonly loss: GanLoss['kind'];
  readonly resolution: number;
  readonly fmapBase: number;
  readonly fmapMax: number;
  readonly latentSize: number;
  readonly minibatch: number;
}

const at64 = { resolution: 64, fmapBase: 512, fmapMax: 128, latentSize: 128, minibatch: 16 } as const;
const at128 = { resolution: 128, fmapBase: 1024, fmapMax: 256, latentSize: 128, minibatch: 8 } as const;

export const benchCaseNames = ['wgan-gp-64', 'logistic-64', 'wgan-gp-128', 'logistic-128', 'inference-64'] as const;
export type BenchCaseName = (typeof benchCaseNames)[number];

export const benchCases: Readonly<Record<BenchCaseName, BenchCase>> = {
  'wgan-gp-64': { mode: 'train', loss: 'wgan-gp', ...at64 },
  'logistic-64': { mode: 'train', loss: 'logistic-r1', ...at64 },
  'wgan-gp-128': { mode: 'train', loss: 'wgan-gp', ...at128 },
  'logistic-128': { mode: 'train', loss: 'logistic-r1', ...at128 },
  'inference-64': { mode: 'inference', loss: 'logistic-r1', ...at64 },
};

export interface Workload {
  /** One step of both networks, or one batch of faces. */
  run(): Promise<unknown>;
  /** Multiplications and additions of one run, on average. */
  readonly flops: number;
  release(): Promise<void>;
}

/** Makes a case ready to run: noise for pictures, fresh networks, no growing. */
export async function openCase(device: Device, given: BenchCase): Promise<Workload> {
  const { resolution } = given;
  const { architecture } = trainingConfigOf({ ...ganPresets.cpu, ...given, fmapDecay: 1 }, resolution, 0);
  return given.mode === 'train'
    ? trainingCase(device, given, architecture)
    : inferenceCase(device, given, architecture);
}

function trainingCase(device: Device, { loss: kind, resolution, minibatch }: BenchCase, architecture: GanArchitecture) {
  const { lambda, drift, gamma, penaltyInterval: interval } = { ...ganPresets.g, gamma: ganPresets.cpu.gamma };
  const loss: GanLoss = kind === 'wgan-gp' ? { kind, lambda, target: 1, drift } : { kind, gamma, interval };
  const config: GanTrainingConfig = {
    architecture,
    loss,
    adam: { beta1: 0, beta2: 0.99, epsilon: 1e-8 },
    plan: {
      startResolution: resolution,
      resolution,
      fadeKimg: 0,
      stabiliseKimg: 0,
      totalKimg: 1e6,
      minibatch,
      maxMinibatch: minibatch,
      learningRate: 0.001,
      decayKimg: 0,
    },
    discriminatorSteps: 1,
    seed: 0,
  };
  const random = createRandom(1);
  const count = 2 * minibatch;
  const pixels = Uint8Array.from({ length: count * 3 * resolution ** 2 }, () => random.integer(256));
  const trainer = new GanTrainer(device, config, { resolution, count, pixels });
  const options = { architecture, loss, adam: config.adam, resolution, minibatch, fading: false };
  const flopsOf = ({ outputs = {}, updates = {} }: ProgramDefinition) =>
    countFlops([...Object.values(outputs), ...Object.values(updates)]);
  const [penalised, plain] = [true, false].map(penalise => flopsOf(discriminatorStep(options, penalise)));
  const share = kind === 'wgan-gp' ? 1 : 1 / interval;
  return {
    run: () => trainer.step(),
    flops: flopsOf(generatorStep(options)) + share * penalised! + (1 - share) * plain!,
    release: () => trainer.release(),
  };
}

async function inferenceCase(device: Device, { minibatch, latentSize }: BenchCase, architecture: GanArchitecture) {
  const random = createRandom(1);
  const model = ganModel(architecture);
  const spec = model.finishedSpec();
  const weights = Object.fromEntries(
    [...flattenTree<ParameterSpec>(spec, '')].map(([path, leaf]) => [
      path.slice(1),
      { shape: leaf.shape, data: initialValues(leaf, random) },
    ]),
  );
  const runner = await generatorRunner(device, architecture, weights, minibatch);
  const latents = normals(random, minibatch * latentSize);
  const images = model.generate(parameterInputs(spec, 'g'), ops.input('z', [minibatch, latentSize]));
  return { run: () => runner.generate(latents), flops: countFlops([images]), release: () => runner.release() };
}
