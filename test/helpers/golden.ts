// Reads what PyTorch computed (tools/reference/golden.py), and makes the same parameters and feeds.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeSafetensors } from '../../src/core/formats/safetensors.ts';
import { sizeOf } from '../../src/core/graph/tensor.ts';
import type { ParameterSpec } from '../../src/core/graph/tree.ts';
import type { GanChannels } from '../../src/core/models/channels.ts';
import type { GanArchitecture } from '../../src/core/models/gan-architecture.ts';
import type { PgganFeatures } from '../../src/core/models/pggan/architecture.ts';
import type { StyleArchitecture } from '../../src/core/models/style/architecture.ts';
import type { StepOptions } from '../../src/core/training/gan/step.ts';
import { wganGp } from '../../src/core/training/losses/wgan-gp.ts';
import { logistic, relativistic } from './losses.ts';

export interface GoldenCase {
  readonly name: string;
  readonly presets: readonly string[];
  readonly resolution: number;
  readonly alpha: number | null;
  readonly minibatch: number;
  /** The largest bias, where it is not 0.1. */
  readonly biases?: number;
  readonly config: Readonly<Record<string, never>>;
  readonly steps: number;
  readonly emaDecay: number;
  readonly penalised: readonly number[];
  /** Whether both networks learn from the same feeds at once. */
  readonly simultaneous?: boolean;
}

/** The cases of several files in one list. @param files names without their ending. */
export function readGolden(...files: readonly string[]) {
  const all = files.map(file => {
    const name = `${file}.safetensors.gz`;
    const path = join(import.meta.dirname, '../fixtures', name);
    return decodeSafetensors(new Uint8Array(gunzipSync(readFileSync(path))), name);
  });
  const tensors = Object.assign({}, ...all.map(file => file.tensors)) as (typeof all)[number]['tensors'];
  const values = (tensor: string) => {
    const found = tensors[tensor];
    if (found === undefined) throw new Error(`${files.join(', ')} have no ${tensor}`);
    return found.data as Float32Array | Float64Array;
  };
  const cases = all.flatMap(({ metadata }) => JSON.parse(metadata.cases!) as GoldenCase[]);
  return { cases, names: Object.keys(tensors), values };
}

/** The configuration of a case in our names. */
export function optionsOf({ config, resolution, minibatch, alpha }: GoldenCase): StepOptions & { rate: number } {
  const given = config as unknown as Record<string, number>;
  const named = config as unknown as Record<string, string>;
  const ofBoth = {
    ...(config as unknown as GanChannels),
    resolution,
    latentSize: given.latentSize!,
    statisticGroup: given.groupSize!,
  };
  const architecture: GanArchitecture =
    named.kind === 'style'
      ? { ...ofBoth, kind: 'style', minibatchStatistic: named.statistic as StyleArchitecture['minibatchStatistic'] }
      : {
          ...(config as unknown as PgganFeatures),
          ...ofBoth,
          activation: named.generatorActivation as PgganFeatures['activation'],
          minibatchStatistic: named.statistic as PgganFeatures['minibatchStatistic'],
          minibatchKernels: given.kernels!,
        };
  const loss =
    named.loss === 'wgan-gp'
      ? wganGp.create({ lambda: given.penaltyWeight!, drift: given.drift! })
      : (named.loss === 'logistic-r1' ? logistic : relativistic)(given.gamma!, given.interval!);
  const adam = { beta1: given.beta1!, beta2: given.beta2! };
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
  const starts: readonly [RegExp, scale: number, offset: number][] = [
    [/^discriminator\/minibatch\/weight$/, 0.1, 0],
    [/\/weight$/, 1.7 * deviation, 0],
    [/\/style\/bias$/, 0.1, 1],
    [/\/bias$/, biases, 0],
    [/\/constant$/, 1.7, 0],
    [/\/logScale$/, 0.1, 0],
    [/\/gain$/, 0.1, 1],
    [/\/mean$/, 0, 0],
    [/\/variance$/, 0, 1],
  ];
  const [, scale, offset] = starts.find(([pattern]) => pattern.test(name))!;
  return unit(name, sizeOf(shape)).map(value => offset + scale * value);
}

/** The inputs of step `suffix`. */
export function feedsOf(golden: GoldenCase, suffix = '') {
  const { minibatch, resolution, alpha } = golden;
  const { architecture, loss } = optionsOf(golden);
  const weight = loss.penaltyWeight?.({ finalKimg: 0, pixelShare: 1 });
  return {
    z: unit(`z${suffix}`, minibatch * architecture.latentSize).map(value => 1.7 * value),
    reals: unit(`reals${suffix}`, minibatch * 3 * resolution ** 2),
    mixing: unit(`mixing${suffix}`, minibatch).map(value => 0.5 + 0.5 * value),
    ...(weight === undefined ? {} : { penaltyWeight: Float64Array.of(weight) }),
    ...(alpha === null ? {} : { alpha: Float64Array.of(alpha) }),
  };
}
