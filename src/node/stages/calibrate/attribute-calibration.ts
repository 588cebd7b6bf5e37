// Calibrates one attribute of a bundle: where its classifier is how sure, how far to go, what to lock, whether it works.

import { type AttributeName, attributeIndex, attributeNames } from '../../../core/attributes.ts';
import { calibrate } from '../../../core/calibration/distance-calibration.ts';
import type { LinearResponse } from '../../../core/calibration/linear-response.ts';
import { searchLocks } from '../../../core/calibration/suggested-locks.ts';
import type { Direction } from '../../../core/directions/direction.ts';
import { type LayerName, type LayerRange, layersNamed } from '../../../core/directions/layers.ts';

import type { BundleAttribute } from '../../../core/editor/bundle.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { probabilityOf } from '../../../core/editor/probability.ts';
import { brightnessName } from '../../../core/images/brightness.ts';
import { type EditEffect, editEffect } from '../../../core/measures/answers/edit-effects.ts';
import { conditionsOf, type Faces, type Plan, probe, scoredBoundaries, type Targets } from './edit-probe.ts';
import type { Judge } from './judge.ts';

export interface CalibrationWork {
  readonly editor: FaceEditor;
  readonly judge: Judge;
  /** Of the judge's logits to latents. */
  readonly response: LinearResponse;
  /** The judge's logits of the faces that `response` is of, [n, 40]. */
  readonly logits: Float32Array;
  /** For the calibration and the safe range. */
  readonly faces: Faces;
  /** For choosing layers and locks. */
  readonly trialFaces: Faces;
  /** Where what won is tried against no locks, and judged. */
  readonly judgedFaces: Faces;
  readonly mostLocks: number;
}

/** Where an attribute counts as surely absent and surely present. */
export const targets: Targets = [0.1, 0.9];

/** Distances of the calibration: the outermost, and how many. */
const [farthest, gridPoints] = [4, 9];
/** Share of the sphere's radius up to which every face can be moved. */
const usableRadius = 0.9;
/** What the judge must see at the ends of the safe range, and how well the boundary must separate (design §4.6). */
const [leastFlipped, leastAuc] = [0.6, 0.7];
/** Below this much of its direction, a locked edit leaves the faces that the generator knows. */
const leastResidual = 0.3;
/** Numbers of locks that are tried on real edits. */
const triedCounts = [2, 4, 8, 12, 24];
/** Strengths to each side of a face that a trial of locks makes do with. */
const triedStrengths = 2;
/** What steady light may cost, in flips and missing agreement: nobody who ages a face wants it to go dark. */
const worthLight = 0.01;
/** Fewer locks are better where they cost less than this in the share of flips. */
const worthOneLock = 0.0005;
/** Of changes that are told: so many, and none smaller than this, in probability. */
const [mostTold, leastTold] = [6, 0.03];

export async function calibratedAttribute(attribute: BundleAttribute, work: CalibrationWork): Promise<BundleAttribute> {
  const { editor } = work;
  const boundary = editor.bundle.boundaries.find(each => each.attribute === attribute.attribute);
  if (attribute.boundary === null || boundary === undefined) return attribute;
  const chosen = await chosenLayers(attribute.attribute, work);
  const layers = chosen?.layers;
  const swept = await sweep(boundary, layers, work);
  const { curve, safeRange } = calibrate(swept.distances, swept.own, swept.flips);
  const { locks, faces, agreement, flips } = await chosenLocks(attribute, boundary, chosen, work);
  const { layers: _earlier, ...known } = attribute.boundary;
  const isPart = layers !== undefined && layers[1] - layers[0] + 1 < editor.layers;
  const reason = whyNot(attribute, safeRange, swept);
  return {
    attribute: attribute.attribute,
    threshold: attribute.threshold,
    ...(attribute.probability === undefined ? {} : { probability: attribute.probability }),
    boundary: {
      ...known,
      ...(isPart && { layers: [...layers] }),
      calibration: curve.map(([distance, logit]) => [distance, logit]),
      ...(safeRange === undefined ? {} : { safeRange: [...safeRange] }),
    },
    controllable: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    movesWith: companions(attribute.attribute, safeRange, swept, editor.bundle.attributes),
    suggestedLocks: [...locks],
    judged: { faces, agreement, flips },
  };
}

interface Swept {
  /** Distances that each face was moved to, [m], rising. */
  readonly distances: readonly number[];
  /** The classifier's logits of the moved attribute, [faces, m]. */
  readonly own: Float32Array;
  /** Whether the judge sees the moved attribute, [faces, m]. */
  readonly seen: Uint8Array;
  /** Mean share of the other attributes whose answer differs from that on the unmoved face, [m]. */
  readonly flips: readonly number[];
  /** Mean calibrated probability of each attribute at each distance, [m][40]. */
  readonly probabilities: readonly (readonly number[])[];
}

/** A third of a generator's layers is tried where it has so many. */
const fewestLayers = 3;

/** Some layers, and what moves that act on them do. */
export interface TriedLayers {
  readonly layers: LayerRange;
  readonly effect: Pick<EditEffect, 'agreement' | 'flips' | 'faces'>;
}

/** The layers that a direction is to act on, among all and each third; undefined where there is nothing to choose. */
async function chosenLayers(
  moved: AttributeName,
  { editor, judge, trialFaces }: CalibrationWork,
): Promise<(TriedLayers & { readonly effect: EditEffect }) | undefined> {
  if (editor.layers < fewestLayers) return undefined;
  const look = async (name: LayerName) => {
    const layers = layersNamed(name, editor.layers);
    return { layers, effect: await effectOf({ moved, locks: [], layers }, trialFaces, editor, judge, triedStrengths) };
  };
  return bestLayers([await look('all'), await look('coarse'), await look('middle'), await look('fine')]);
}

/**
 * @param tried the first is of all layers. @returns those whose moves change the other attributes least, of those that
 *   do what they say as often as all do; a part must flip fewer than all. Both but for the error of the difference.
 */
export function bestLayers<Tried extends TriedLayers>(tried: readonly [Tried, ...Tried[]]): Tried {
  const [all, ...parts] = tried;
  const { agreement, flips, faces } = all.effect;
  // Each face is moved both ways, and 39 other answers are asked for each time.
  const error = (share: number, count: number) => Math.sqrt((2 * share * (1 - share)) / count);
  const leastAgreement = agreement - error(agreement, 2 * faces);
  const mostFlips = flips - error(flips, 2 * faces * (attributeNames.length - 1));
  return parts
    .filter(({ effect }) => effect.agreement >= leastAgreement && effect.flips < mostFlips)
    .reduce((best, each) => (each.effect.flips < best.effect.flips ? each : best), all);
}

async function effectOf(
  plan: Plan,
  faces: Faces,
  editor: FaceEditor,
  judge: Judge,
  strengths?: number,
): Promise<EditEffect> {
  const probed = await probe(editor, judge, plan, faces, targets, strengths);
  return editEffect(probed, judge.thresholds, attributeIndex(plan.moved));
}

/** Moves each face to each distance, nothing locked. */
async function sweep(
  boundary: Direction,
  layers: LayerRange | undefined,
  { editor, judge, faces }: CalibrationWork,
): Promise<Swept> {
  const { attributes, latentSize } = editor.bundle;
  const column = attributeIndex(boundary.attribute);
  const row = attributeNames.length;
  const room = editor.geometry === 'sphere' ? usableRadius * Math.sqrt(latentSize) : Number.POSITIVE_INFINITY;
  const reach = Math.min(farthest, room - Math.abs(boundary.intercept));
  const distances = Array.from({ length: gridPoints }, (_, at) => reach * ((2 * at) / (gridPoints - 1) - 1));
  const own = new Float32Array(faces.latents.length * gridPoints);
  const seen = new Uint8Array(own.length);
  const flips = new Array<number>(gridPoints).fill(0);
  const probabilities = distances.map(() => new Array<number>(row).fill(0));
  const plan = { moved: attributes[column]!.attribute, locks: [], ...(layers && { layers }) };
  for (const [face, latent] of faces.latents.entries()) {
    const latents = distances.map(distance => {
      const moves = [{ attribute: boundary.attribute, kind: 'absolute', distance } as const];
      return editor.edit({ latent, moves, ...conditionsOf(plan) }).latent;
    });
    const images = await editor.render(latents);
    const [logits, verdict] = [await editor.score(images), await judge.score(images)];
    for (let at = 0; at < gridPoints; at++) {
      own[face * gridPoints + at] = logits[at * row + column]!;
      for (let a = 0; a < row; a++) {
        const present = verdict[at * row + a]! > judge.thresholds[a]!;
        if (a === column) seen[face * gridPoints + at] = Number(present);
        else if (present !== faces.before[face * row + a]! > judge.thresholds[a]!) {
          flips[at]! += 1 / (faces.latents.length * (row - 1));
        }
        probabilities[at]![a]! += probabilityOf(attributes[a]!, logits[at * row + a]!) / faces.latents.length;
      }
    }
  }
  return { distances, own, seen, flips, probabilities };
}

/** What changes most from the low end of the safe range to the high one, beside the attribute itself. */
function companions(
  moved: AttributeName,
  safeRange: readonly [number, number] | undefined,
  { distances, probabilities }: Swept,
  attributes: readonly BundleAttribute[],
): NonNullable<BundleAttribute['movesWith']> {
  const [low, high] = (safeRange ?? [distances[0]!, distances.at(-1)!]).map(
    end => probabilities[distances.indexOf(end)]!,
  );
  return attributes
    .map(({ attribute }, a) => ({ attribute, change: high![a]! - low![a]! }))
    .filter(({ attribute, change }) => attribute !== moved && Math.abs(change) >= leastTold)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, mostTold);
}

type Tried = { readonly locks: readonly string[] } & EditEffect;

/**
 * Orders locks by prediction and decides by looking: the number whose edits keep the others best and still work. What
 * won among many on a few faces may have won by luck, so it must win against no locks on others too, which judge it.
 */
async function chosenLocks(
  { attribute }: BundleAttribute,
  moved: Direction,
  chosen: { readonly layers: LayerRange; readonly effect: EditEffect } | undefined,
  { editor, judge, response, logits, trialFaces, judgedFaces, mostLocks }: CalibrationWork,
): Promise<Tried> {
  const { thresholds } = judge;
  const margins = logits.map((logit, at) => logit - thresholds[at % thresholds.length]!);
  const column = attributeIndex(attribute);
  const reached = targets.map(target => judge.logitAt(column, target) - thresholds[column]!) as [number, number];
  const steps = searchLocks({
    moved,
    candidates: scoredBoundaries(editor),
    slopes: response.slopes,
    margins,
    column,
    targets: reached,
    mostLocks,
    leastResidual,
  });
  const look = async (locks: readonly string[], faces: Faces, strengths?: number): Promise<Tried> => {
    const plan = { moved: attribute, locks, ...(chosen && { layers: chosen.layers }) };
    return { locks, ...(await effectOf(plan, faces, editor, judge, strengths)) };
  };
  let winner: Tried = chosen ? { locks: [], ...chosen.effect } : await look([], trialFaces, triedStrengths);
  for (const { locks } of steps.filter((_, count) => triedCounts.includes(count) || count === steps.length - 1)) {
    if (locks.length === 0) continue;
    const tried = await look(locks, trialFaces, triedStrengths);
    if (cost(tried) < cost(winner)) winner = tried;
  }
  let best = await look([], judgedFaces);
  if (winner.locks.length > 0) {
    const judged = await look(winner.locks, judgedFaces);
    if (cost(judged) < cost(best)) best = judged;
  }
  const withLight = [...best.locks, brightnessName];
  const hasLight = (editor.bundle.extra ?? []).some(extra => extra.attribute === brightnessName);
  if (hasLight && editor.condition(attribute, withLight).residual >= leastResidual) {
    const lit = await look(withLight, judgedFaces);
    if (cost(lit) < cost(best) + worthLight) best = lit;
  }
  return best;
}

/** What is to be small: changes that nobody asked for, agreement that is missing to 0.9, and many locks. */
function cost({ locks, agreement, flips }: Tried): number {
  return flips + worthOneLock * locks.length + Math.max(0, 0.9 - agreement);
}

function whyNot(
  { boundary }: BundleAttribute,
  safeRange: readonly [number, number] | undefined,
  { distances, own, seen }: Swept,
): string | undefined {
  const auc = boundary?.metrics.heldOutAuc ?? boundary?.metrics.auc ?? 1;
  if (auc < leastAuc) return `its boundary separates faces too badly (AUC ${auc.toFixed(2)}; ${leastAuc} is needed)`;
  if (safeRange === undefined) return 'moving it changes other attributes as much as itself';
  const [low, high] = safeRange.map(end => distances.indexOf(end));
  const m = distances.length;
  let flipped = 0;
  for (let at = 0; at < own.length; at += m) if (seen[at + low!] === 0 && seen[at + high!] === 1) flipped++;
  const share = flipped / (own.length / m);
  if (share >= leastFlipped) return undefined;
  return (
    `only ${(100 * share).toFixed(0)} % of faces change visibly between the ends of its safe range; ` +
    `${100 * leastFlipped} % are needed`
  );
}
