// Fits one separating hyperplane per attribute in latent space, and measures how good it is.
import { cosine, length, scaled } from '../../math/linear-algebra.ts';
import { createRandom, permutation, type Random } from '../../math/random.ts';
import { streams } from '../../math/streams.ts';
import { accuracy, f1 } from '../../measures/answers/binary-classification.ts';
import { bootstrapInterval, type Interval } from '../../measures/answers/bootstrap.ts';
import type { Direction } from '../direction.ts';
import type { NotControllable, SampleChoice, Samples } from './samples.ts';
import { chooseAll, chooseConfident, chooseMatched, defaultRatio, labelsByThreshold } from './samples.ts';
import { type Separation, separation, separationCounts } from './separation.ts';
import { defaultSvmOptions, fitSvm, type Svm, type SvmOptions } from './svm.ts';

export interface BoundaryOptions extends SvmOptions {
  readonly samples: SampleChoice;
  /** Scores [n] of the faces' other attributes, in which `matched` samples are alike; not used otherwise. */
  readonly others: readonly Float32Array[];
  /** Passes of the solver; 0 stands for 1,000 with `all`, and 5,000 otherwise, where fits are short. */
  readonly maxIterations: number;
  /** Faces of each class, as a share of all: so many with `confident`, at most with `matched`; in (0, 0.5]. */
  readonly ratio: number;
  /** The classifier's threshold for this attribute, as a logit. */
  readonly threshold: number;
  readonly seed: number;
  /** Splits that are fitted but with `all`; the first fit is kept, the others give its intervals. */
  readonly repeats: number;
  /** Whether shuffled labels are fitted too, as a control; that takes several times as long as the fit itself. */
  readonly control: boolean;
}

/** Those that somebody chose; the rest is as usual, and so is the price of an error where it is undefined. */
export type GivenOptions = Partial<Omit<BoundaryOptions, 'C'>> & { readonly C?: number | undefined };

export const defaultBoundaryOptions: BoundaryOptions = {
  ...defaultSvmOptions,
  samples: 'confident',
  others: [],
  maxIterations: 0,
  ratio: defaultRatio,
  threshold: 0,
  seed: 0,
  repeats: 5,
  control: true,
};

/**
 * Prices of a margin error where nobody chose another. The method's is 1; between pairs that differ in little but the
 * attribute, a low one, by which nearly all samples have a say, finds a direction that brings less along (docs/log.md).
 */
export const usualPrices = { confident: 1, matched: 1e-3, all: 1 } as const;

/** Passes of the solver where nobody chose another number. */
const mostPasses = { confident: 5000, matched: 5000, all: 1000 } as const;

/** Passes over shuffled labels: they hardly ever converge, and show chance long before. */
const mostControlPasses = 1000;

export interface BoundaryMetrics {
  /** Samples the boundary was fitted to and tested on together: the report's "data size". */
  readonly dataSize: number;
  /** How many of `faces` lie above the classifier's threshold. */
  readonly positives: number;
  readonly faces: number;
  readonly training: Separation;
  readonly test: Separation;
  /** Figures on every face that was not trained on, labelled by threshold, however unsure the classifier is. */
  readonly heldOut: Separation;
  /** Intervals of the test figures: their range over the splits; with `all` 95 % by bootstrap. */
  readonly intervals: { readonly accuracy: Interval; readonly f1: Interval };
  /** The smallest cosine between the normal and one of another split; null without repeats. */
  readonly stability: number | null;
  /** Figures on the test faces of a fit to shuffled training labels: chance, unless something leaks. */
  readonly shuffled: Separation | null;
  /** These four are missing for imported boundaries. */
  readonly iterations?: number;
  readonly converged?: boolean;
  readonly primalObjective?: number;
  readonly dualObjective?: number;
}

/** A hyperplane in latent space: unit normal [d] toward more of the attribute, intercept b/‖w‖. */
export interface Boundary extends Direction {
  readonly metrics: BoundaryMetrics;
}

export type BoundaryFit =
  | { readonly controllable: true; readonly boundary: Boundary }
  | { readonly controllable: false; readonly attribute: string; readonly reason: string };

/**
 * @param attribute also chooses the random stream, so that attributes can be fitted in any order.
 * @param latents [n, size] as the generator sees them.
 * @param logits [n], the classifier's for this attribute.
 * @throws UserError for a ratio outside (0, 0.5]. @throws RangeError where the arrays do not fit together.
 */
export function fitBoundary(
  attribute: string,
  latents: Float32Array,
  size: number,
  logits: Float32Array,
  options: GivenOptions = {},
): BoundaryFit {
  const settings = boundarySettings(options);
  if (latents.length !== logits.length * size) {
    throw new RangeError(`${logits.length} logits need latents of ${logits.length} × ${size}; got ${latents.length}`);
  }
  const random = splitRandom(attribute, settings);
  const split = fitSplit(latents, size, logits, settings, random);
  if (!split.controllable) return { controllable: false, attribute, reason: split.reason };
  const { samples, svm } = split;
  const weightLength = length(svm.weights);
  if (!(weightLength > 0)) {
    return { controllable: false, attribute, reason: 'no direction separates the classes: their latents are the same' };
  }
  const repeats = settings.samples === 'all' ? 1 : settings.repeats;
  const others = Array.from({ length: repeats - 1 }, (_, i) =>
    fitSplit(latents, size, logits, settings, splitRandom(attribute, settings, 1 + i)),
  ).filter(other => other.controllable);
  const shuffled = settings.control ? fitShuffled(latents, size, samples, settings, random) : undefined;
  const metrics: BoundaryMetrics = {
    ...figures(latents, logits, settings, split),
    intervals: intervals(latents, [split, ...others], settings, random),
    stability: others.length > 0 ? Math.min(...others.map(other => cosine(other.svm.weights, svm.weights))) : null,
    shuffled: shuffled ? separation(latents, samples.test, shuffled) : null,
    iterations: svm.iterations,
    converged: svm.converged,
    primalObjective: svm.primalObjective,
    dualObjective: svm.dualObjective,
  };
  const normal = scaled(svm.weights, 1 / weightLength);
  return { controllable: true, boundary: { attribute, normal, intercept: svm.bias / weightLength, metrics } };
}

/** The options that a fit is done with. */
export function boundarySettings(options: GivenOptions): BoundaryOptions {
  const settings = { ...defaultBoundaryOptions, ...options };
  const { C = usualPrices[settings.samples] } = options;
  return { ...settings, C, maxIterations: settings.maxIterations || mostPasses[settings.samples] };
}

export function chooseSamples(
  logits: Float32Array,
  { samples, threshold, ratio, others }: BoundaryOptions,
  random: Random,
): Samples | NotControllable {
  if (samples === 'all') return chooseAll(logits, threshold, random);
  if (samples === 'matched') return chooseMatched(logits, threshold, others, random, ratio);
  return chooseConfident(logits, threshold, random, ratio);
}

/** The random choices of one split: no two seeds share a split, so that figures of several seeds tell how they spread. */
function splitRandom(attribute: string, { seed, repeats }: BoundaryOptions, split = 0): Random {
  return createRandom(seed * repeats + split, streams.fit.attribute(attribute));
}

/**
 * Measures an imported boundary on these faces, split as if it had been fitted to them.
 * @returns the reason why not, where the faces do not show enough of the attribute.
 */
export function measureBoundary(
  { attribute, normal, intercept }: Direction,
  latents: Float32Array,
  logits: Float32Array,
  options: GivenOptions = {},
): BoundaryMetrics | NotControllable {
  const settings = boundarySettings(options);
  const random = splitRandom(attribute, settings);
  const samples = chooseSamples(logits, settings, random);
  if (!samples.controllable) return samples;
  const split = { samples, svm: { weights: normal, bias: intercept } };
  const all = { ...settings, samples: 'all' as const }; // a single boundary has a bootstrap interval
  return {
    ...figures(latents, logits, settings, split),
    intervals: intervals(latents, [split], all, random),
    stability: null,
    shuffled: null,
  };
}

/** A boundary beside the samples that it is measured on. */
interface Measured {
  readonly samples: Samples;
  readonly svm: Pick<Svm, 'weights' | 'bias'>;
}

function figures(
  latents: Float32Array,
  logits: Float32Array,
  { threshold }: BoundaryOptions,
  { samples, svm }: Measured,
) {
  return {
    dataSize: samples.train.rows.length + samples.test.rows.length,
    positives: labelsByThreshold(logits, threshold).reduce((sum, label) => sum + label, 0),
    faces: logits.length,
    training: separation(latents, samples.train, svm),
    test: separation(latents, samples.test, svm),
    heldOut: separation(latents, samples.heldOut, svm),
  };
}

interface Split extends Measured {
  readonly controllable: true;
  readonly svm: Svm;
}

/** Chooses samples, splits them, and fits the training part. */
function fitSplit(
  latents: Float32Array,
  size: number,
  logits: Float32Array,
  settings: BoundaryOptions,
  random: Random,
): Split | NotControllable {
  const samples = chooseSamples(logits, settings, random);
  if (!samples.controllable) return samples;
  return { controllable: true, samples, svm: fitSvm(latents, size, samples.train, random, settings) };
}

function fitShuffled(latents: Float32Array, size: number, samples: Samples, options: SvmOptions, random: Random): Svm {
  const { rows, labels } = samples.train;
  const shuffled = { rows, labels: Uint8Array.from(permutation(random, labels.length), i => labels[i]!) };
  const maxIterations = Math.min(options.maxIterations, mostControlPasses);
  return fitSvm(latents, size, shuffled, random, { ...options, maxIterations });
}

function intervals(
  latents: Float32Array,
  splits: readonly [Measured, ...Measured[]],
  { samples }: BoundaryOptions,
  random: Random,
): BoundaryMetrics['intervals'] {
  const counts = splits.map(split => separationCounts(latents, split.samples.test, split.svm));
  const interval = (figure: typeof accuracy): Interval => {
    if (samples === 'all') return bootstrapInterval(counts[0]!, figure, random);
    const values = counts.map(figure);
    return { low: Math.min(...values), high: Math.max(...values) };
  };
  return { accuracy: interval(accuracy), f1: interval(f1) };
}
