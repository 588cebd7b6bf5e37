// Requests to the face editor: a face, moves and locks, and how the moves are made.

import type { Hold } from '../directions/hold.ts';
import type { LayerRange } from '../directions/layers.ts';
import { checkProbability, type LatentMove, type Move, parseMove } from '../editing/moves.ts';
import type { Start } from '../editing/start.ts';
import { checkEnds, type MoveRange, parseMoveRange } from '../editing/strip.ts';
import { UserError } from '../errors.ts';
import type { Geometry } from '../models/latents.ts';
import type { WantedProbability } from './wanted-probability.ts';

/** A face and the conditions under which it is edited. */
export type Conditions = Start & {
  /** Attributes whose distance stays, unless they are moved themselves. Default none. */
  readonly locks?: readonly string[];
  /** Default the model's own; `linear` is plain addition where that is `sphere`. */
  readonly geometry?: Geometry;
  /** How locks hold; left out: the model's own way for these moves. `field` needs a bundle that has one. */
  readonly hold?: Hold | undefined;
  /** Layers that moves of an attribute act on, where not on those of the model: `{ Young: 'coarse' }`, or rows. */
  readonly layers?: Readonly<Record<string, LayerRange | string>> | undefined;
};

/** A face and what to do with it; a recipe is one. Moves are data or text such as `Young=-2`. */
export type EditRequest = Conditions & { readonly moves: readonly (Move | string)[] };

export type StripRequest = Conditions & {
  /** Data or text such as `Young=-3..3`. */
  readonly moves: readonly (MoveRange | string)[];
  /** Frames, from the start to the end; 1 gives only the end. */
  readonly steps: number;
};

export interface ResolveOptions {
  /** Takes the closest probability where the wanted one is out of reach, instead of throwing. Default false. */
  readonly nearest?: boolean;
  /** Asked between the trials, which can take seconds; an error that it throws ends the search. */
  readonly signal?: { throwIfAborted(): void } | undefined;
}

/** A request that can be edited and kept: all its moves are made in latent space. */
export type ResolvedEdit = Conditions & {
  readonly moves: readonly LatentMove[];
  readonly wanted: readonly WantedProbability[];
};

export type ResolvedStrip = Conditions & {
  readonly moves: readonly MoveRange<LatentMove>[];
  readonly steps: number;
  readonly wanted: readonly WantedProbability[];
};

const moveKinds: readonly Move['kind'][] = ['relative', 'absolute', 'probability'];

/** @throws UserError for moves that are no list or of no known kind, and as `parseMove` and `checkProbability`. */
export function movesOf({ moves }: { readonly moves: readonly (Move | string)[] }): Move[] {
  checkList('moves', moves);
  return moves.map(move => {
    if (typeof move === 'string') return parseMove(move);
    if (typeof move !== 'object' || move === null) throw new UserError(`a move must be text or data; got ${move}`);
    if (!moveKinds.includes(move.kind)) {
      throw new UserError(
        `a move's kind must be ${moveKinds.join(' or ')}; got ${move.kind}. Or give text like Young=-2`,
      );
    }
    if (move.kind === 'probability') checkProbability(move);
    return move;
  });
}

/** @throws UserError as `movesOf`, `parseMoveRange` and `checkEnds`. */
export function rangesOf({ moves }: { readonly moves: readonly (MoveRange | string)[] }): MoveRange[] {
  checkList('moves', moves);
  const ranges = moves.map(range => (typeof range === 'string' ? parseMoveRange(range) : range));
  movesOf({ moves: ranges.flatMap(({ from, to }) => (from === undefined ? [to] : [from, to])) });
  for (const range of ranges) checkEnds(range);
  return ranges;
}

/** @returns the move, or in place of a wanted probability the strength that it takes. */
export function solved(move: Move, solutions: readonly WantedProbability[]): LatentMove {
  if (move.kind !== 'probability') return move;
  const { attribute } = move;
  return { attribute, kind: 'relative', strength: solutions.find(each => each.attribute === attribute)!.strength };
}

/** @throws UserError for anything but a list. */
export function checkList(option: string, value: unknown): void {
  if (!Array.isArray(value)) throw new UserError(`${option} must be a list; got ${value}`);
}
