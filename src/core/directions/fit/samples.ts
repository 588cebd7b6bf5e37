// Chooses the generated faces that a boundary is fitted to and tested on.
import { UserError } from '../../errors.ts';
import { permutation, type Random } from '../../math/random.ts';

/** How samples are chosen; see `chooseConfident` and `chooseAll`. */
export type SampleChoice = 'confident' | 'all';

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
  if (!(ratio > 0 && ratio <= 0.5)) throw new UserError(`ratio must be above 0 and at most 0.5; got ${ratio}`);
  const labels = labelsByThreshold(logits, threshold);
  const scarce = tooFewFaces(labels);
  if (scarce) return scarce;
  const chosen = Math.floor(ratio * logits.length);
  if (chosen < minimumClassSize) {
    const reason = `ratio ${ratio} of ${logits.length} faces is ${chosen} in a class; at least ${minimumClassSize} are needed`;
    return { controllable: false, reason };
  }
  // Equal logits keep the order of their rows, so that the choice is the same on every machine.
  const ranked = Uint32Array.from(logits, (_, i) => i).sort((a, b) => logits[b]! - logits[a]! || a - b);
  return split(ranked.subarray(0, chosen), ranked.subarray(ranked.length - chosen), 0.7, labels, random);
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

function tooFewFaces(labels: Uint8Array): NotControllable | undefined {
  const yes = rowsLabelled(labels, 1).length;
  const no = labels.length - yes;
  if (Math.min(yes, no) >= minimumClassSize) return undefined;
  const [count, which] = yes < no ? [yes, 'with'] : [no, 'without'];
  const reason = `only ${count} of ${labels.length} generated faces are labelled ${which} it; at least ${minimumClassSize} are needed`;
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
