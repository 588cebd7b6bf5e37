// Calibrates one attribute of a bundle: the meaning of distances, the safe range, layers, locks, and whether it works.
import type { DirectionFacts } from '../directions/direction.ts';
import type { Hold } from '../directions/hold.ts';
import { isScored, type ScoredDirection } from '../directions/scored.ts';
import type { FaceEditor } from '../editor/face-editor.ts';
import type { EditEffect } from '../measures/answers/edit-effects.ts';
import { chosenHold } from './chosen-hold.ts';
import { chosenLayers } from './chosen-layers.ts';
import { chosenLocks, type LockChoice } from './chosen-locks.ts';
import { calibrationCurve, safeRangeOf } from './distance-calibration.ts';
import type { Judge } from './judge.ts';
import { leastAppearing, leavingChange } from './leaving-change.ts';
import { effectOf, type Plan, type ProbeFaces } from './probe.ts';
import { type Swept, sweep } from './sweep.ts';

export interface CalibrationWork extends LockChoice {
  readonly editor: FaceEditor;
  readonly judge: Judge;
  /** Faces that are swept for the curve and the safe range. */
  readonly faces: ProbeFaces;
}

/** How well the boundary must separate faces. */
const leastAuc = 0.7;
/** Attributes that move along, of which so many are kept, the largest change first. */
const mostCompanions = 6;
/** The smallest change that is kept, in probability. */
const leastCompanion = 0.03;

/** @returns the attribute with what was found out; unchanged where it has no boundary. */
export async function calibratedAttribute(attribute: ScoredDirection, work: CalibrationWork): Promise<ScoredDirection> {
  const { editor, judge } = work;
  const boundary = editor.bundle.movable.find(each => each.attribute === attribute.attribute);
  if (attribute.boundary === null || boundary === undefined) return attribute;
  const name = attribute.attribute;
  const chosen = await chosenLayers(editor, judge, name, work.trialFaces);
  const layers = chosen?.layers;
  const free: Plan = { moved: name, locks: [], ...(layers && { layers }) };
  const swept = await sweep(editor, judge, free, work.faces);
  const movesWith = companions(name, swept, editor.bundle.directions.filter(isScored));
  const along = movesWith.map(({ attribute: companion }) => companion);
  const hold = await chosenHold(name, layers, along, work);
  const best = await chosenLocks(editor, judge, boundary, chosen, hold, work);
  const plan: Plan = { ...free, locks: best.locks, hold };
  const effect = (each: Plan) => effectOf(editor, judge, each, work.judgedFaces);
  const { locks, appears, safeRange } = await leavingChange(best.locks, async some => {
    const held: Plan = { ...plan, locks: some };
    const { distances, logits, flips } = await sweep(editor, judge, held, work.faces);
    const safeRange = safeRangeOf(distances, logits, flips);
    return { safeRange, appears: safeRange === undefined ? 0 : (await effect({ ...held, reach: safeRange })).appears };
  });
  const inWay = (way: Hold) => (way === hold && locks === best.locks ? best : effect({ ...plan, locks, hold: way }));
  const [judged, byField] = [await inWay('linear'), editor.bundle.field && (await inWay('field'))];
  const { layers: _layers, safeRange: _safeRange, ...known } = attribute.boundary; // those of an earlier calibration
  const isPart = layers !== undefined && layers[1] - layers[0] + 1 < editor.layers;
  const reason = whyNot(attribute, safeRange, appears, locks);
  return {
    attribute: name,
    threshold: attribute.threshold,
    ...(attribute.probability === undefined ? {} : { probability: attribute.probability }),
    boundary: {
      ...known,
      ...(isPart && { layers: [...layers] }),
      calibration: calibrationCurve(swept.distances, swept.logits).map(([distance, logit]) => [distance, logit]),
      ...(safeRange === undefined ? {} : { safeRange: [...safeRange] }),
    },
    controllable: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    movesWith,
    suggestedLocks: [...locks],
    ...(hold === 'field' && { hold }),
    judged: judgedOf(judged, judge),
    ...(byField && { judgedByField: judgedOf(byField, judge) }),
  };
}

function judgedOf({ faces, agreement, flips }: EditEffect, { isOwn }: Judge) {
  return { faces, agreement, flips, ...(isOwn && { own: isOwn }) };
}

/** The other attributes that change most, with nothing locked, between where few of them change. */
function companions(
  moved: string,
  { distances, logits, flips, probabilities }: Swept,
  attributes: readonly ScoredDirection[],
): NonNullable<DirectionFacts['movesWith']> {
  const ends = safeRangeOf(distances, logits, flips) ?? [distances[0]!, distances.at(-1)!];
  const [low, high] = ends.map(end => probabilities[distances.indexOf(end)]!);
  return attributes
    .map(({ attribute }, a) => ({ attribute, change: high![a]! - low![a]! }))
    .filter(({ attribute, change }) => attribute !== moved && Math.abs(change) >= leastCompanion)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, mostCompanions);
}

/** @returns why a move does not do what it says; undefined where it does. */
function whyNot(
  { boundary }: DirectionFacts,
  safeRange: readonly [number, number] | undefined,
  appears: number,
  locks: readonly string[],
): string | undefined {
  const auc = boundary?.metrics?.heldOutAuc ?? boundary?.metrics?.auc ?? 1;
  if (auc < leastAuc) return `its boundary separates faces too badly (AUC ${auc.toFixed(2)}; ${leastAuc} is needed)`;
  if (safeRange === undefined) return 'there are no distances between which it rises and few others change';
  if (appears >= leastAppearing) return undefined;
  return (
    `with ${locks.length > 0 ? 'its suggested' : 'no'} locks only ${(100 * appears).toFixed(0)} % of faces change visibly within its safe range; ` +
    `${100 * leastAppearing} % are needed`
  );
}
