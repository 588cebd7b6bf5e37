// Reads what PyTorch computed (tools/reference/pggan_golden.py), and makes the same parameters and feeds.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeSafetensors } from '../../src/core/formats/safetensors.ts';
import { sizeOf } from '../../src/core/graph/tensor.ts';
import type { ParameterSpec } from '../../src/core/graph/tree.ts';
import type { GanArchitecture } from '../../src/core/models/gan-architecture.ts';
import type { StepOptions } from '../../src/core/training/gan/gan-step.ts';
import type { GanLoss } from '../../src/core/training/losses/losses.ts';

export interface GoldenCase {
  readonly name: string;
  readonly presets: readonly string[];
  readonly resolution: number;
  readonly alpha: number | null;
  readonly minibatch: number;
  /** The largest that a bias is, where it is not 0.1. */
  readonly biases?: number;
  readonly config: Readonly<Record<string, never>>;
  readonly steps: number;
  readonly emaDecay: number;
  readonly penalised: readonly number[];
}

export function readGolden(name: string) {
  const path = join(import.meta.dirname, '../fixtures', name);
  const { tensors, metadata } = decodeSafetensors(new Uint8Array(gunzipSync(readFileSync(path))), name);
  const values = (tensor: string) => {
    const found = tensors[tensor];
    if (found === undefined) throw new Error(`${name} has no ${tensor}`);
    return found.data as Float32Array | Float64Array;
  };
  return { cases: JSON.parse(metadata.cases!) as GoldenCase[], names: Object.keys(tensors), values };
}

/** The configuration of a case in our names. */
export function optionsOf({ config, resolution, minibatch, alpha }: GoldenCase): StepOptions & { rate: number } {
  const given = config as unknown as GanArchitecture & Record<string, number>;
  const named = config as unknown as Record<string, string>;
  const architecture: GanArchitecture = {
    ...given,
    resolution,
    activation: named.generatorActivation as GanArchitecture['activation'],
    minibatchStatistic: named.statistic as GanArchitecture['minibatchStatistic'],
    statisticGroup: given.groupSize!,
    minibatchKernels: given.kernels!,
  };
  const loss: GanLoss =
    named.loss === 'wgan-gp'
      ? { kind: 'wgan-gp', lambda: given.penaltyWeight!, target: 1, drift: given.drift! }
      : { kind: 'logistic-r1', gamma: given.gamma!, interval: given.interval! };
  const adam = { beta1: given.beta1!, beta2: given.beta2!, epsilon: 1e-8 };
  return { architecture, loss, adam, resolution, minibatch, fading: alpha !== null, rate: given.learningRate! };
}

/** Numbers in [-1, 1) that depend on the name alone: FNV-1a, then a linear congruential generator. */
export function unit(name: string, count: number): Float64Array {
  let state = 2166136261;
  for (const byte of new TextEncoder().encode(name)) state = Math.imul(state ^ byte, 16777619) >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** The value a parameter starts at. @param spec ours; its deviation says how a weight is scaled. */
export function startingValues(name: string, { shape, deviation }: ParameterSpec, biases = 0.1): Float64Array {
  if (/^\w+Adam\//.test(name)) return new Float64Array(sizeOf(shape));
  const [scale, offset] = name.startsWith('discriminator/minibatch/weight')
    ? [0.1, 0]
    : name.endsWith('/weight')
      ? [1.7 * deviation, 0]
      : name.endsWith('/bias')
        ? [biases, 0]
        : name.endsWith('/logScale')
          ? [0.1, 0]
          : name.endsWith('/gain')
            ? [0.1, 1]
            : name.endsWith('/variance') && name.startsWith('generator/')
              ? [0, 1]
              : [0, 0];
  return unit(name, sizeOf(shape)).map(value => offset + scale * value);
}

/** What step `suffix` is fed. */
export function feedsOf({ minibatch, resolution, alpha }: GoldenCase, latentSize: number, suffix = '') {
  return {
    z: unit(`z${suffix}`, minibatch * latentSize).map(value => 1.7 * value),
    reals: unit(`reals${suffix}`, minibatch * 3 * resolution ** 2),
    mixing: unit(`mixing${suffix}`, minibatch).map(value => 0.5 + 0.5 * value),
    ...(alpha === null ? {} : { alpha: Float64Array.of(alpha) }),
  };
}
