// Which resolution, fade and rates hold after so many images: growth as a pure function.

export interface TrainingPlan {
  /** Where growing begins; equal to `resolution`, nothing grows. */
  readonly startResolution: number;
  readonly resolution: number;
  /** Thousand real images shown while a new block fades in. */
  readonly fadeKimg: number;
  /** Thousand real images shown at each resolution after its fade; the last one goes on to the end. */
  readonly stabiliseKimg: number;
  /** Thousand real images shown in all. */
  readonly totalKimg: number;
  /** Images a step at the final resolution. */
  readonly minibatch: number;
  /**
   * Smaller images come in larger minibatches, since what a step costs apart from its images stays: twice as many at
   * half the side, up to this bound.
   */
  readonly maxMinibatch: number;
  readonly learningRate: number;
  /** Thousand images at the end over which the rate falls linearly to a tenth; 0 for a constant rate. */
  readonly decayKimg: number;
}

export interface SchedulePoint {
  readonly resolution: number;
  readonly phase: 'fade' | 'stabilise';
  /** Weight of the newest block: rises from 0 to 1 in a fade, 1 otherwise. */
  readonly alpha: number;
  readonly minibatch: number;
  readonly learningRate: number;
}

/** Karras et al. 2018, appendix A: stabilise the first resolution, then for each next one fade in and stabilise. */
export function scheduleAt(imagesShown: number, plan: TrainingPlan): SchedulePoint {
  const kimg = imagesShown / 1000;
  let resolution = plan.startResolution;
  let start = 0;
  let alpha = 1;
  while (resolution < plan.resolution) {
    const end = start + (resolution === plan.startResolution ? 0 : plan.fadeKimg) + plan.stabiliseKimg;
    if (kimg < end) break;
    resolution *= 2;
    start = end;
  }
  if (resolution > plan.startResolution && plan.fadeKimg > 0) alpha = Math.min(1, (kimg - start) / plan.fadeKimg);
  const left = plan.decayKimg > 0 ? Math.min(1, Math.max(0, plan.totalKimg - kimg) / plan.decayKimg) : 1;
  return {
    resolution,
    phase: alpha < 1 ? 'fade' : 'stabilise',
    alpha,
    minibatch: Math.max(plan.minibatch, Math.min(plan.maxMinibatch, (plan.minibatch * plan.resolution) / resolution)),
    learningRate: plan.learningRate * (0.1 + 0.9 * left),
  };
}

/**
 * How much of the generator's moving average is kept at a step: 0.999 per 16 images shown, but never so slow that the
 * average's half-life exceeds 5 % of the images shown so far.
 */
export function emaDecay(imagesShown: number, minibatch: number): number {
  const halfLife = Math.min((16 * Math.log(0.5)) / Math.log(0.999), 0.05 * imagesShown);
  return halfLife > 0 ? 0.5 ** (minibatch / halfLife) : 0;
}
