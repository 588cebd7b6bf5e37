// The schedule of a training as a pure function of the images shown: resolution, fade, minibatch and rate.
import { z } from 'zod';
import { sideSchema } from '../../models/channels.ts';
import { halfCosine } from '../half-cosine.ts';
import type { LossProgress } from '../losses/adversarial.ts';

const kimg = () => z.number().min(0);

/** The options of a training's plan. */
export const planOptions = {
  growing: z.boolean().describe('whether the networks grow from a small resolution, or begin at full resolution'),
  startResolution: sideSchema.describe('side of the images that growing begins at'),
  fadeKimg: kimg().describe('thousand images shown while a new resolution fades in'),
  stabiliseKimg: kimg().describe('thousand images shown at each resolution after its fade'),
  growKimg: z
    .array(z.number().positive())
    .describe(
      'thousand images at each resolution below the last, its fade among them, in place of --stabilise-kimg; the last one given counts for all that follow',
    ),
  kimg: kimg().describe('thousand real images shown in all'),
  minibatch: z.int().min(1).describe('images a step at the final resolution'),
  maxMinibatch: z
    .int()
    .min(1)
    .describe('images a step at lower resolutions: twice as many at half the side, up to this bound'),
  learningRate: z.number().positive().describe("Adam's rate, for both networks"),
  warmupKimg: kimg().describe('thousand images over which the learning rate rises from 0'),
  decayKimg: kimg().describe('thousand images at the end over which the learning rate falls'),
  decay: z.enum(['linear', 'cosine']).describe('curve along which the learning rate falls'),
  finalRate: z.number().min(0).describe('learning rate at the end; 0: a tenth of --learning-rate'),
};

export interface TrainingPlan {
  /** Where growing begins; nothing grows where it equals `resolution`. */
  readonly startResolution: number;
  readonly resolution: number;
  /** Thousand real images shown while a new block fades in. */
  readonly fadeKimg: number;
  /** Thousand real images shown at each resolution after its fade; the last one goes on to the end. */
  readonly stabiliseKimg: number;
  /**
   * Thousand real images shown at each resolution below the last, its fade among them; the last entry counts for all that
   * follow. Empty or left out: the two above.
   */
  readonly growKimg?: readonly number[];
  /** Thousand real images shown in all. */
  readonly totalKimg: number;
  /** Images a step at the final resolution. */
  readonly minibatch: number;
  /**
   * Smaller images come in larger minibatches, since each step has a fixed cost beside its images: twice as many at half
   * the side, up to this bound.
   */
  readonly maxMinibatch: number;
  readonly learningRate: number;
  /** Thousand images over which the rate rises from 0; left out: 0. */
  readonly warmupKimg?: number;
  /** Thousand images at the end over which the rate falls; 0 for a constant rate. */
  readonly decayKimg: number;
  /** Left out: linear. */
  readonly decay?: 'linear' | 'cosine';
  /** Left out: a tenth of the rate. */
  readonly finalRate?: number;
}

/** A fall of the rate that was begun on purpose, in thousand images shown; the training ends with it. */
export interface Fall {
  readonly startKimg: number;
  readonly endKimg: number;
  /** The rate that it sets out from. Left out: the plan's full one. */
  readonly rate?: number | undefined;
}

export interface SchedulePoint {
  readonly resolution: number;
  readonly phase: 'fade' | 'stabilise';
  /** Weight of the newest block: rises from 0 to 1 in a fade, 1 otherwise. */
  readonly alpha: number;
  readonly minibatch: number;
  readonly learningRate: number;
}

/** Thousand images shown at a resolution below the last, its fade among them. */
export function kimgAt(resolution: number, plan: TrainingPlan): number {
  const { growKimg = [], startResolution, fadeKimg, stabiliseKimg } = plan;
  if (growKimg.length === 0) return (resolution === startResolution ? 0 : fadeKimg) + stabiliseKimg;
  return growKimg[Math.log2(resolution / startResolution)] ?? growKimg.at(-1)!;
}

/** Thousand images shown before the final resolution begins. */
export function growingKimg(plan: TrainingPlan): number {
  let sum = 0;
  for (let side = plan.startResolution; side < plan.resolution; side *= 2) sum += kimgAt(side, plan);
  return sum;
}

/** Thousand images shown before the networks have grown to the final resolution, its fade among them. */
export function grownKimg(plan: TrainingPlan): number {
  return growingKimg(plan) + (plan.startResolution < plan.resolution ? plan.fadeKimg : 0);
}

/** Images a step at a resolution. */
export function minibatchAt(resolution: number, plan: TrainingPlan): number {
  const { minibatch, maxMinibatch } = plan;
  return Math.max(minibatch, Math.min(maxMinibatch, (minibatch * plan.resolution) / resolution));
}

/** Where the training ends, in thousand images. */
export function endKimg(plan: TrainingPlan, fall?: Fall): number {
  return fall?.endKimg ?? plan.totalKimg;
}

/** Karras et al. 2018, appendix A: stabilise the first resolution, then for each next one fade in and stabilise. */
export function scheduleAt(imagesShown: number, plan: TrainingPlan, fall?: Fall): SchedulePoint {
  const kimg = imagesShown / 1000;
  let resolution = plan.startResolution;
  let start = 0;
  let alpha = 1;
  while (resolution < plan.resolution) {
    const end = start + kimgAt(resolution, plan);
    if (kimg < end) break;
    resolution *= 2;
    start = end;
  }
  if (resolution > plan.startResolution && plan.fadeKimg > 0) alpha = Math.min(1, (kimg - start) / plan.fadeKimg);
  return {
    resolution,
    phase: alpha < 1 ? 'fade' : 'stabilise',
    alpha,
    minibatch: minibatchAt(resolution, plan),
    learningRate: rateAt(kimg, plan, fall),
  };
}

function rateAt(kimg: number, plan: TrainingPlan, fall: Fall | undefined): number {
  const { learningRate, warmupKimg = 0, decay = 'linear', finalRate = learningRate / 10 } = plan;
  const end = endKimg(plan, fall);
  // A fall of more than the whole training is one from its start.
  const length = fall === undefined ? Math.min(plan.decayKimg, end) : end - fall.startKimg;
  const left = length > 0 ? Math.min(1, Math.max(0, end - kimg) / length) : 1;
  const risen = warmupKimg > 0 ? Math.min(1, kimg / warmupKimg) : 1;
  const share = decay === 'linear' ? left : halfCosine(1 - left);
  return risen * ((fall?.rate ?? learningRate) * share + finalRate * (1 - share));
}

/** How far the training has come, as a loss may weigh its penalty by it. */
export function lossProgress(imagesShown: number, plan: TrainingPlan): LossProgress {
  const { resolution } = scheduleAt(imagesShown, plan);
  return {
    finalKimg: Math.max(0, imagesShown / 1000 - growingKimg(plan)),
    pixelShare: (resolution / plan.resolution) ** 2,
  };
}

/** Half-life of the paper's moving average, in images: 0.999 is kept per 16 images shown. */
export const paperHalfLife = (16 * Math.log(0.5)) / Math.log(0.999);

/**
 * Share of the generator's moving average that is kept at a step. Its half-life is at most 5 % of the images shown so far,
 * so that early averages forget how they began. @param halfLife in images.
 */
export function emaDecay(imagesShown: number, minibatch: number, halfLife = paperHalfLife): number {
  const bounded = Math.min(halfLife, 0.05 * imagesShown);
  return bounded > 0 ? 0.5 ** (minibatch / bounded) : 0;
}
