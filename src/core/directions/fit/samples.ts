// Chooses the generated faces that a boundary is fitted to and tested on.
import { UserError } from '../../errors.ts';
import { permutation, type Random } from '../../math/random.ts';
import { deviation } from '../../math/statistics.ts';

/** How samples are chosen; see `chooseConfident`, `chooseMatched` and `chooseAll`. */
export const sampleChoices = ['confident', 'matched', 'all'] as const;
export type SampleChoice = (typeof sampleChoices)[number];

/** Row numbers into the latents, and the label of each: 1 for yes, 0 for no. */
export interface LabelledRows {
  readonly rows: Uint32Array;
  readonly labels: Uint8Array;
}

export interface Samples {
  readonly controllable: true;
  readonly train: LabelledRows;
  readonly test: LabelledRows;
  /** Every row that is not in `train`, in ascending order, labelled by threshold; the rows of `test` are among them. */
  readonly heldOut: LabelledRows;
}

export interface NotControllable {
  readonly controllable: false;
  /** Why no boundary can be fitted, as shown to the user. */
  readonly reason: string;
}

/** Below this many faces in a class, a boundary says more about those faces than about the attribute. */
const minimumClassSize = 20;

export const defaultRatio = 0.02;

const majorityPerMinority = 9;
const mostSamples = 100_000;

/** Faces of the larger class among which each pair's second face is looked for, for every pair. */
const candidatesPerPair = 10;

/**
 * InterFaceGAN's choice, which drives edits: the faces that the classifier is surest about. Ranked by logit, the top
 * ⌊ratio·n⌋ are labelled yes and the bottom ⌊ratio·n⌋ no, wherever the threshold lies; each class is shuffled and
 * split 70/30 (Shen et al. 2020, §4.1).
 * @param logits [n] of one attribute. @param threshold the classifier's, as a logit.
 * @param ratio in (0, 0.5]. @throws UserError for another ratio.
 */
export function chooseConfident(
  logits: Float32Array,
  threshold: number,
  random: Random,
  ratio = defaultRatio,
): Samples | NotControllable {
  const labels = labelsByThreshold(logits, threshold);
  const chosen = sizeOfClass(labels, ratio);
  if (typeof chosen !== 'number') return chosen;
  // Equal logits keep the order of their rows, so that the choice is the same on every machine.
  const ranked = Uint32Array.from(logits, (_, i) => i).sort((a, b) => logits[b]! - logits[a]! || a - b);
  return split(ranked.subarray(0, chosen), ranked.subarray(ranked.length - chosen), 0.7, labels, random);
}

/**
 * Faces that differ in the attribute and are alike in all others, so that the boundary parts what makes the attribute
 * and not what mostly comes with it. The surest faces without a rare one are above all the opposite of those that tend
 * to have it (without glasses: young women with make-up), and InterFaceGAN's choice learns that. Here ⌊ratio·n⌋ faces
 * at most of the smaller class's surer half are each paired with the face of the larger one's surer half whose other
 * scores, in standard deviations, are nearest; each face is in one pair. Each class is shuffled and split 70/30.
 * @param logits [n] of one attribute. @param threshold the classifier's, as a logit.
 * @param others scores [n] of the other attributes. @param ratio as in `chooseConfident`. @throws as it.
 */
export function chooseMatched(
  logits: Float32Array,
  threshold: number,
  others: readonly Float32Array[],
  random: Random,
  ratio = defaultRatio,
): Samples | NotControllable {
  const labels = labelsByThreshold(logits, threshold);
  const most = sizeOfClass(labels, ratio, 2 * minimumClassSize); // half of each class is taken
  if (typeof most !== 'number') return most;
  const sure = [0, 1].map(label => {
    const rows = rowsLabelled(labels, label).sort((a, b) => (label ? -1 : 1) * (logits[a]! - logits[b]!) || a - b);
    return shuffled(rows.subarray(0, Math.ceil(rows.length / 2)), random);
  }) as [Uint32Array, Uint32Array];
  const rare = sure[1].length <= sure[0].length ? 1 : 0;
  const first = sure[rare].subarray(0, most);
  const second = nearestOf(first, sure[1 - rare]!.subarray(0, candidatesPerPair * first.length), others);
  return split(rare === 1 ? first : second, rare === 1 ? second : first, 0.7, labels, random);
}

/** @returns for each row the nearest of the candidates by its standardised scores that no row before it was given. */
function nearestOf(rows: Uint32Array, candidates: Uint32Array, scores: readonly Float32Array[]): Uint32Array {
  const scales = scores.map(all => 1 / (deviation(all) || 1));
  const featuresOf = (some: Uint32Array) => {
    const features = new Float32Array(some.length * scores.length);
    let at = 0;
    for (const row of some) for (const [k, all] of scores.entries()) features[at++] = all[row]! * scales[k]!;
    return features;
  };
  const [wanted, offered] = [featuresOf(rows), featuresOf(candidates)];
  const isTaken = new Uint8Array(candidates.length);
  return rows.map((_, row) => {
    const own = wanted.subarray(row * scores.length, (row + 1) * scores.length);
    let [nearest, least] = [-1, Number.POSITIVE_INFINITY];
    for (let candidate = 0; candidate < candidates.length; candidate++) {
      if (isTaken[candidate] === 1) continue;
      let distance = 0;
      const from = candidate * scores.length;
      for (let k = 0; k < own.length && distance < least; k++) distance += (own[k]! - offered[from + k]!) ** 2;
      if (distance < least) [nearest, least] = [candidate, distance];
    }
    isTaken[nearest] = 1;
    return candidates[nearest]!;
  });
}

/**
 * The report's choice, which reproduces its table: labels by threshold, the larger class capped at 9 faces per face
 * of the smaller, 100,000 in all, each class shuffled and split 80/20.
 * @param logits [n] of one attribute. @param threshold the classifier's, as a logit.
 */
export function chooseAll(logits: Float32Array, threshold: number, random: Random): Samples | NotControllable {
  const labels = labelsByThreshold(logits, threshold);
  const scarce = tooFewFaces(labels);
  if (scarce) return scarce;
  const yes = rowsLabelled(labels, 1);
  const no = rowsLabelled(labels, 0);
  const cap = majorityPerMinority * Math.min(yes.length, no.length);
  const [yesCount, noCount] = [Math.min(yes.length, cap), Math.min(no.length, cap)];
  const share = Math.min(1, mostSamples / (yesCount + noCount));
  const draw = (rows: Uint32Array, count: number) => shuffled(rows, random).subarray(0, Math.floor(count * share));
  return split(draw(yes, yesCount), draw(no, noCount), 0.8, labels, random);
}

/** @returns [n], 1 where the logit lies above the threshold. */
export function labelsByThreshold(logits: Float32Array, threshold: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(logits, logit => (logit > threshold ? 1 : 0));
}

/** @returns how many faces of each class a ratio of all asks for. @throws UserError for a ratio that is none. */
function sizeOfClass(labels: Uint8Array, ratio: number, least = minimumClassSize): number | NotControllable {
  if (!(ratio > 0 && ratio <= 0.5)) throw new UserError(`ratio must be above 0 and at most 0.5; got ${ratio}`);
  const scarce = tooFewFaces(labels, least);
  if (scarce) return scarce;
  const size = Math.floor(ratio * labels.length);
  if (size >= minimumClassSize) return size;
  const reason =
    `ratio ${ratio} of ${labels.length} faces is ${size} in a class; at least ${minimumClassSize} are needed, ` +
    `for which it takes ${Math.ceil(minimumClassSize / ratio)} faces or a larger ratio`;
  return { controllable: false, reason };
}

function tooFewFaces(labels: Uint8Array, least = minimumClassSize): NotControllable | undefined {
  const yes = rowsLabelled(labels, 1).length;
  const no = labels.length - yes;
  if (Math.min(yes, no) >= least) return undefined;
  const [count, which] = yes < no ? [yes, 'with'] : [no, 'without'];
  const reason = `only ${count} of ${labels.length} generated faces are labelled ${which} it; at least ${least} are needed`;
  return { controllable: false, reason };
}

function rowsLabelled(labels: Uint8Array, label: number): Uint32Array {
  return Uint32Array.from(labels.keys()).filter(i => labels[i] === label);
}

function shuffled(rows: Uint32Array, random: Random): Uint32Array {
  return permutation(random, rows.length).map(i => rows[i]!);
}

/** Splits each class by itself, so that both parts keep the classes' proportion. */
function split(
  yes: Uint32Array,
  no: Uint32Array,
  trainShare: number,
  byThreshold: Uint8Array,
  random: Random,
): Samples {
  const mixedYes = shuffled(yes, random);
  const mixedNo = shuffled(no, random);
  const yesCut = Math.floor(yes.length * trainShare);
  const noCut = Math.floor(no.length * trainShare);
  const train = labelled(mixedYes.subarray(0, yesCut), mixedNo.subarray(0, noCut));
  const test = labelled(mixedYes.subarray(yesCut), mixedNo.subarray(noCut));
  const seen = new Set(train.rows);
  const heldOut = Uint32Array.from(byThreshold.keys()).filter(row => !seen.has(row));
  const heldOutLabels = Uint8Array.from(heldOut, row => byThreshold[row]!);
  return { controllable: true, train, test, heldOut: { rows: heldOut, labels: heldOutLabels } };
}

function labelled(yes: Uint32Array, no: Uint32Array): LabelledRows {
  const rows = Uint32Array.from([...yes, ...no]);
  return { rows, labels: new Uint8Array(rows.length).fill(1, 0, yes.length) };
}
