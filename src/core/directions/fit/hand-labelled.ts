// Fits the boundary of an attribute that somebody labelled by hand on a few dozen faces, and says how far to trust it.
import { UserError } from '../../errors.ts';
import { cosine, length, scaled } from '../../math/linear-algebra.ts';
import { createRandom, permutation } from '../../math/random.ts';
import { mean } from '../../math/statistics.ts';
import { streams } from '../../math/streams.ts';
import { balancedAccuracy, confusion } from '../../measures/answers/binary-classification.ts';
import type { Interval } from '../../measures/answers/bootstrap.ts';
import type { Direction } from '../direction.ts';
import type { LabelledRows } from './samples.ts';
import { decisionValues, fitSvm, type Svm } from './svm.ts';

const fewestLabels = 30;
const fewestOfClass = 5;

/** The best of 1, 0.1, …, 0.0001 on planted attributes with 100 and 300 labels (docs/log.md). */
const C = 0.01;

const folds = 5;
const repeats = 10;
const halvings = 20;

/** The cosine with the true direction from which an edit mostly changes what it says. */
const goodCosine = 0.7;

export interface HandLabelledMetrics {
  readonly labels: number;
  readonly positives: number;
  /** Share of labels that are met in five-fold cross-validation, repeated ten times. */
  readonly accuracy: number;
  /** Wilson's 95 % interval of the accuracy. */
  readonly interval: Interval;
  /** The accuracy of always answering with the larger class. */
  readonly majorityBaseline: number;
  readonly balancedAccuracy: number;
  /** Mean cosine of the normals of fits to two halves of the labels; 0 where they have nothing in common. */
  readonly halves: number;
  /** The expected cosine between this normal and that of endless labels, by `halves`. */
  readonly expectedCosine: number;
  /** Labels of the same kind that would bring it to 0.7; null where the halves have nothing in common. */
  readonly labelsWanted: number | null;
}

export interface HandLabelledBoundary extends Direction {
  readonly metrics: HandLabelledMetrics;
}

/**
 * @param latents [n, size] as the generator sees them, one a label. @param labels [n], 1 for yes and 0 for no.
 * @throws UserError for fewer than 30 labels, or fewer than 5 of a class, and for faces that are all the same.
 */
export function fitHandLabelled(
  attribute: string,
  latents: Float32Array,
  size: number,
  labels: Uint8Array,
  seed = 0,
): HandLabelledBoundary {
  const n = labels.length;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const least = Math.min(positives, n - positives);
  if (n < fewestLabels || least < fewestOfClass) {
    throw new UserError(
      `${attribute} needs at least ${fewestLabels} labels, ${fewestOfClass} of each kind; ` +
        `got ${positives} of 1 and ${n - positives} of 0. Label more faces`,
    );
  }
  const random = createRandom(seed, streams.fit.attribute(attribute));
  const fitted = ({ rows, labels }: LabelledRows) => fitSvm(latents, size, { rows, labels }, random, { C });
  const classes = [1, 0].map(wanted => Uint32Array.from(labels.keys()).filter(row => labels[row] === wanted));
  /** Deals the labels out to parts, each class evenly. */
  const dealt = (parts: number) => {
    const shuffled = classes.flatMap(rows => [...permutation(random, rows.length)].map(i => rows[i]!));
    return Array.from({ length: parts }, (_, part) =>
      samplesOf(
        shuffled.filter((_, i) => i % parts === part),
        labels,
      ),
    );
  };
  const balanced: number[] = [];
  let met = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const parts = dealt(folds);
    const scores = new Float64Array(n);
    for (const left of parts) {
      const seen = parts.filter(part => part !== left).flatMap(part => [...part.rows]);
      const values = decisionValues(latents, left.rows, fitted(samplesOf(seen, labels)));
      for (const [i, row] of left.rows.entries()) scores[row] = values[i]!;
    }
    const counts = confusion(scores, labels);
    met += counts.truePositives + counts.trueNegatives;
    balanced.push(balancedAccuracy(counts));
  }
  const cosines = Array.from({ length: halvings }, () => {
    const [one, other] = dealt(2).map(fitted) as [Svm, Svm];
    return cosine(one.weights, other.weights);
  });
  const accuracy = met / (repeats * n);
  const svm = fitted({ rows: Uint32Array.from(labels.keys()), labels });
  const weightLength = length(svm.weights);
  if (!(weightLength > 0)) {
    throw new UserError(
      `${attribute} must be labelled on faces that differ; the latents of these ${n} are the same. Label other faces`,
    );
  }
  const scale = 1 / weightLength;
  const metrics = {
    labels: n,
    positives,
    accuracy,
    interval: wilson(accuracy, n),
    majorityBaseline: 1 - least / n,
    balancedAccuracy: mean(balanced),
    ...trust(Math.max(0, mean(cosines)), n),
  };
  return { attribute, normal: scaled(svm.weights, scale), intercept: svm.bias * scale, metrics };
}

/**
 * The model: a normal is the true one plus noise whose square falls with the number of labels. Two halves then agree
 * by r = s² / (s² + 2σ²/n), and the whole agrees with the truth by √(s² / (s² + σ²/n)): Spearman and Brown's formula.
 */
function trust(halves: number, n: number): Pick<HandLabelledMetrics, 'halves' | 'expectedCosine' | 'labelsWanted'> {
  const signal = (2 * halves) / (n * (1 - halves)); // s²/σ²
  const wanted = goodCosine ** 2 / (1 - goodCosine ** 2) / signal;
  return {
    halves,
    expectedCosine: Math.sqrt((2 * halves) / (1 + halves)),
    labelsWanted: signal > 0 ? Math.ceil(wanted) : null,
  };
}

/** The 95 % interval of a share seen in n trials (Wilson 1927): sensible near 0 and 1, and for few trials. */
function wilson(share: number, n: number): Interval {
  const z = 1.96;
  const centre = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const reach = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return { low: centre - reach, high: centre + reach };
}

function samplesOf(rows: readonly number[], labels: Uint8Array): LabelledRows {
  return { rows: Uint32Array.from(rows), labels: Uint8Array.from(rows, row => labels[row]!) };
}
