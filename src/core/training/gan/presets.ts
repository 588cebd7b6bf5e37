// The configurations that a GAN can be trained in, one row each: the paper's Table 1, the report's, and ours for two cores.
import { type GanSettings, withoutPggan } from './settings.ts';

/** (a): the training of Gulrajani et al. 2017, which the paper starts from. */
const a: GanSettings = {
  kind: 'pggan',
  growing: false,
  startResolution: 4,
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
  growKimg: [],
  kimg: 10_000,
  warmupKimg: 0,
  decayKimg: 0,
  decay: 'linear',
  finalRate: 0,
  finalGamma: 0.3,
  gammaKimg: 0,
  scaleGamma: false,
  averages: [],
  dataParallel: false,
};
const b: GanSettings = { ...a, growing: true };
const c: GanSettings = { ...b, minibatch: 16, maxMinibatch: 16 };
const d: GanSettings = {
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
const e: GanSettings = { ...d, minibatchStatistic: 'stddev' };
const f: GanSettings = { ...e, equalised: true, learningRate: 1e-3 };
const g: GanSettings = { ...f, generatorNorm: 'pixel' };

/** Ours: about half the work a step, and many small steps (docs/log.md). */
const cpu: GanSettings = {
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
};

/** The style generator, for long trainings on two cores at 64×64 (docs/log.md). */
const style: GanSettings = {
  ...cpu,
  ...withoutPggan,
  kind: 'style',
  loss: 'relativistic-r1-r2',
  gamma: 2,
  finalGamma: 0.4,
  gammaKimg: 200,
  scaleGamma: true,
  penaltyInterval: 4,
  discriminatorSteps: 0,
  learningRate: 0.0014,
  warmupKimg: 1,
  decay: 'cosine',
  finalRate: 1e-4,
  // More of the small images hardly make a step slower.
  maxMinibatch: 32,
  startResolution: 8,
  growKimg: [20, 40, 120],
  kimg: 600,
  decayKimg: 200,
  averages: [10, 40, 160],
  dataParallel: true,
};

/** Karras et al. 2018, Table 1 and §6.1, in the details of the authors' first code; and ours, which come first. */
const table = {
  cpu,
  style,
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
} satisfies Readonly<Record<string, GanSettings>>;

export type GanPresetName = keyof typeof table;
/** In the order of the help. */
export const ganPresetNames = Object.keys(table) as [GanPresetName, ...GanPresetName[]];
export const ganPresets: Readonly<Record<GanPresetName, GanSettings>> = table;
