// Tells what an edit did to each face, as the bundle's classifier sees it: for the result of `edit` and its warnings.

import { isScored } from '../../../core/directions/scored.ts';
import type { Edited } from '../../../core/editing/request.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { probabilityOf } from '../../../core/editor/probability.ts';
import { countOf, firstFew } from '../../../core/errors.ts';
import { textTable } from '../../presentation/table.ts';
import type { NamedFace } from './faces.ts';
import type { DrawnFace, Face } from './strips.ts';

/** A value before and after the edit: in the unedited face and in the last frame. */
type Change = readonly [number, number];

/** Signed distances, [low, high]; see `boundarySchema`. */
type SafeRange = readonly [number, number];

/** A moved attribute in the first frame of a strip. */
interface FirstMove {
  readonly attribute: string;
  readonly residual: number;
  readonly distance: number;
}

export interface FaceChange {
  readonly face: string;
  /** Where a strip begins, for the attributes that are moved there; left out for a single frame. */
  readonly first?: readonly FirstMove[] | undefined;
  readonly moves: readonly {
    readonly attribute: string;
    /** Whether it is locked too, which holds it against moves of others and not against its own. */
    readonly locked: boolean;
    /** Length of the move along the direction, in σ, and the share of the direction that the locks leave. */
    readonly strength: number;
    readonly residual: number;
    /** Signed distance from the attribute's boundary. */
    readonly distance: Change;
    /** Distances between which others hardly change on this face; a photo has its own. Left out where unknown. */
    readonly safeRange?: SafeRange;
    /** Left out for directions that the classifier knows nothing of. */
    readonly probability?: Change;
  }[];
  /** The other attributes that changed most, the largest change first. */
  readonly unintended: readonly {
    readonly attribute: string;
    readonly locked: boolean;
    readonly probability: Change;
  }[];
}

/** Unintended changes that are listed for a face. */
const mostUnintended = 5;

/** Residual below which people are told how little of an edit shows. */
const smallResidual = 0.3;

/** A face before and after its edit. */
export interface Comparison {
  /** The one that knows the face: of a photo, its portrait's. */
  readonly editor: FaceEditor;
  readonly locks: readonly string[];
  readonly before: Edited;
  readonly after: Edited;
  /** Calibrated probabilities of the attributes that the classifier knows, in its order. */
  readonly probabilities: ReadonlyMap<string, Change>;
}

/** @param drawn the face's frames; the last one is compared with the unedited face. */
export async function compare(editor: FaceEditor, face: Face, drawn: DrawnFace): Promise<Comparison> {
  const scored = editor.bundle.directions.filter(isScored);
  const before = editor.edit({ ...face, moves: [] });
  const size = 3 * editor.bundle.resolution ** 2;
  const images = new Float32Array(2 * size);
  images.set(await editor.render([before.latent]));
  images.set(drawn.images.subarray(-size), size);
  const logits = await editor.score(images);
  const probabilities = scored.map((details, i) => {
    const [from, to] = [i, scored.length + i].map(at => probabilityOf(details, logits[at]!));
    return [details.attribute, [from!, to!]] as const;
  });
  return { editor, locks: face.locks, before, after: drawn.edits.at(-1)!, probabilities: new Map(probabilities) };
}

/** @returns each moved attribute with how far it went. */
export function movesIn({ editor, locks, before, after, probabilities }: Comparison): FaceChange['moves'] {
  return after.steps.map(({ attribute, strength, residual }) => {
    const probability = probabilities.get(attribute);
    const distance: Change = [before.distances[attribute]!, after.distances[attribute]!];
    const { safeRange } = editor.direction(attribute).boundary ?? {};
    return {
      attribute,
      locked: locks.includes(attribute),
      strength,
      residual,
      distance,
      ...(safeRange && { safeRange }),
      ...(probability && { probability }),
    };
  });
}

/** @returns where a strip begins; undefined for a single frame. */
export function firstMoves({ edits }: Pick<DrawnFace, 'edits'>): FirstMove[] | undefined {
  if (edits.length === 1) return undefined;
  const { steps, distances } = edits[0]!;
  const made = steps.filter(({ strength }) => strength !== 0); // a face as it is may lie outside a safe range
  return made.map(({ attribute, residual }) => ({ attribute, residual, distance: distances[attribute]! }));
}

export async function changeOf({ name, face, editor }: NamedFace, drawn: DrawnFace): Promise<FaceChange> {
  const first = firstMoves(drawn);
  const comparison = await compare(editor, face, drawn);
  const moves = movesIn(comparison);
  const moved = new Set(moves.map(({ attribute }) => attribute));
  const gain = ({ probability: [from, to] }: { readonly probability: Change }) => Math.abs(to - from);
  return {
    face: name,
    ...(first !== undefined && { first }),
    moves,
    unintended: [...comparison.probabilities]
      .filter(([attribute]) => !moved.has(attribute))
      .map(([attribute, probability]) => ({ attribute, locked: face.locks.includes(attribute), probability }))
      .sort((a, b) => gain(b) - gain(a))
      .slice(0, mostUnintended),
  };
}

/**
 * @returns a line for each moved attribute that is not controllable, is locked too, shows little, or leaves its safe
 *   range, at either end of a strip.
 */
export function warningsAbout(
  editor: FaceEditor,
  changes: readonly Pick<FaceChange, 'face' | 'moves' | 'first'>[],
): string[] {
  const all = changes.flatMap(({ face, moves, first = [] }) => {
    const rangeOf = new Map(moves.map(({ attribute, safeRange }) => [attribute, safeRange]));
    const ends = [...moves.map(({ distance: [, after], ...move }) => ({ ...move, distance: after })), ...first];
    return ends.map(end => ({ face, ...end, safeRange: rangeOf.get(end.attribute) }));
  });
  return [...new Set(all.map(({ attribute }) => attribute))].flatMap(attribute => {
    const { controllable, reason = 'it does not do what it says' } = editor.direction(attribute);
    const moves = all.filter(move => move.attribute === attribute);
    const warnings: string[] = [];
    if (!controllable) warnings.push(`${attribute} is not controllable in ${editor.bundle.name}: ${reason}`);
    if (changes.some(change => change.moves.some(move => move.attribute === attribute && move.locked))) {
      warnings.push(`${attribute} is moved though it is locked: a lock holds against moves of others, not its own`);
    }
    const residual = Math.min(...moves.map(move => move.residual));
    if (residual < smallResidual) {
      const left = `${(100 * residual).toFixed(0)} %`;
      warnings.push(
        `the locks leave ${left} of the direction of ${attribute}: it shows about as a move of ${left} of its length would ` +
          'without them',
      );
    }
    const isOutside = (distance: number, [low, high]: SafeRange) =>
      distance < low - rounding || distance > high + rounding;
    const outside = moves.filter(({ distance, safeRange }) => safeRange && isOutside(distance, safeRange));
    const rangeText = ([low, high]: SafeRange) => `${low.toFixed(1)} to ${high.toFixed(1)}`;
    for (const range of new Set(outside.map(({ safeRange }) => rangeText(safeRange!)))) {
      const there = outside.filter(({ safeRange }) => rangeText(safeRange!) === range);
      const faces = firstFew([...new Set(there.map(({ face }) => face))]);
      warnings.push(`${attribute} leaves its safe range, distances ${range}: other attributes may change (${faces})`);
    }
    return warnings;
  });
}

/** Distances solved for a probability are this accurate. */
const rounding = 0.01;

const shown = ([before, after]: Change) => `${before.toFixed(2)} → ${after.toFixed(2)}`;

/** A photo of a folder, and what became of it. */
export interface PhotoResult {
  readonly photo: string;
  /** The file that was written; left out where there was none. */
  readonly out?: string;
  readonly problem?: string;
}

export interface EditResult {
  readonly out: string;
  readonly faces: number;
  readonly frames: number;
  /** Mean share of each moved direction that the locks leave. */
  readonly residuals: Readonly<Record<string, number>>;
  readonly changes: readonly FaceChange[];
  /** A line a photo, where a folder of them was edited. */
  readonly photos?: readonly PhotoResult[];
}

/** One line for each face and moved attribute, then the other changes of each face. */
export function printEdit({ out, frames, changes }: EditResult): string {
  const rows = changes.flatMap(({ face, moves }) => moves.map(move => ({ face, ...move })));
  const table = textTable(
    [
      { title: 'face', value: row => row.face },
      { title: 'moved', value: row => row.attribute },
      { title: 'strength', value: row => row.strength, decimals: 2 },
      { title: 'residual', value: row => row.residual, decimals: 2 },
      { title: frames > 1 ? 'distance, last frame' : 'distance', value: row => shown(row.distance) },
      { title: 'probability', value: row => row.probability && shown(row.probability) },
    ],
    rows,
  );
  const others = changes.flatMap(({ face, unintended }) => {
    if (unintended.length === 0) return [];
    const list = unintended.map(({ attribute, locked, probability: [before, after] }) => {
      const change = after - before;
      const amount = `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(2)}`;
      return `${attribute}${locked ? ' (locked)' : ''} ${amount}`;
    });
    return [`${face}: ${list.join(', ')}`];
  });
  const besides = others.length > 0 ? ['', 'most changed besides:', ...others] : [];
  return [`${out}: ${changes.length} × ${countOf(frames, 'frames')}`, '', table, ...besides].join('\n');
}
