// The configurations a GAN can be trained in, one row each: the paper's Table 1, the report's own, and ours for two cores.
import type { GanChannels, GanFeatures } from '../models/channels.ts';
import type { GanLoss } from './losses.ts';

/** Everything that training takes but the data's own resolution, in the names of the options of `train gan`. */
export interface GanPreset extends GanFeatures, Omit<GanChannels, 'resolution'> {
  /** Whether the networks grow from 4×4, or begin at the full resolution. */
  readonly growing: boolean;
  readonly loss: GanLoss['kind'];
  readonly gamma: number;
  readonly penaltyInterval: number;
  readonly lambda: number;
  readonly drift: number;
  /** n_critic. */
  readonly discriminatorSteps: number;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly minibatch: number;
  readonly maxMinibatch: number;
  readonly fadeKimg: number;
  readonly stabiliseKimg: number;
  readonly kimg: number;
  readonly decayKimg: number;
}

/** (a): the training of Gulrajani et al. 2017, which the paper starts from. */
const a: GanPreset = {
  growing: false,
  latentSize: 128,
  normaliseLatents: false,
  // The ablation's channels; (h) has four times as many.
  fmapBase: 2048,
  fmapDecay: 1,
  fmapMax: 512,
  activation: 'relu',
  generatorNorm: 'batch',
  tanh: true,
  discriminatorNorm: 'layer',
  equalised: false,
  minibatchStatistic: 'none',
  statisticGroup: 0,
  minibatchKernels: 100,
  loss: 'wgan-gp',
  lambda: 10,
  drift: 0,
  gamma: 0.3,
  penaltyInterval: 8,
  discriminatorSteps: 5,
  learningRate: 1e-4,
  beta1: 0,
  beta2: 0.9,
  minibatch: 64,
  maxMinibatch: 64,
  // Appendix A: 800 thousand images a phase. §6.1: 10 million in all.
  fadeKimg: 800,
  stabiliseKimg: 800,
  kimg: 10_000,
  decayKimg: 0,
};
const b: GanPreset = { ...a, growing: true };
const c: GanPreset = { ...b, minibatch: 16, maxMinibatch: 16 };
const d: GanPreset = {
  ...c,
  latentSize: 512,
  normaliseLatents: true,
  activation: 'leaky-relu',
  generatorNorm: 'none',
  tanh: false,
  discriminatorNorm: 'none',
  drift: 0.001,
  discriminatorSteps: 1,
  beta2: 0.99,
};
const e: GanPreset = { ...d, minibatchStatistic: 'stddev' };
const f: GanPreset = { ...e, equalised: true, learningRate: 1e-3 };
const g: GanPreset = { ...f, generatorNorm: 'pixel' };

export const ganPresetNames = ['cpu', 'a', 'b', 'c', 'report', 'd', 'e-star', 'e', 'f', 'g', 'h'] as const;
export type GanPresetName = (typeof ganPresetNames)[number];

/** Karras et al. 2018, Table 1 and §6.1, in the details of the authors' first code. */
export const ganPresets: Readonly<Record<GanPresetName, GanPreset>> = {
  a,
  b,
  c,
  /** The configuration of the report "Face Tuning" (2023). */
  report: { ...b, minibatch: 32, maxMinibatch: 32 },
  d,
  'e-star': { ...d, minibatchStatistic: 'discrimination' },
  e,
  f,
  g,
  h: { ...g, fmapBase: 8192, kimg: 12_000 },
  /** Ours: about half the work a step, and many small steps (docs/log.md). */
  cpu: {
    ...g,
    latentSize: 128,
    fmapBase: 512,
    fmapMax: 128,
    statisticGroup: 4,
    loss: 'logistic-r1',
    learningRate: 0.002,
    minibatch: 8,
    maxMinibatch: 8,
    fadeKimg: 5,
    stabiliseKimg: 5,
    kimg: 200,
  },
};
