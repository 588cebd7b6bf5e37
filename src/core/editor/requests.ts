// Requests to the face editor: a face, moves and locks, and how the moves are made.

import type { Hold } from '../directions/hold.ts';
import type { LayerRange } from '../directions/layers.ts';
import { checkMove, checkProbability, type LatentMove, type Move, parseMove } from '../editing/moves.ts';
import type { Recipe } from '../editing/recipe.ts';
import type { Start } from '../editing/start.ts';
import { checkEnds, type MoveRange, parseMoveRange } from '../editing/strip.ts';
import { checkKind, checkOption, UserError } from '../errors.ts';
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

/**
 * @throws UserError for no request, for moves that are no list, and as `parseMove`, `checkMove` and `checkProbability`.
 */
export function movesOf(request: { readonly moves: readonly (Move | string)[] }): Move[] {
  return listedMoves(request).map(move => {
    if (typeof move === 'string') return parseMove(move);
    if (typeof move !== 'object' || move === null) throw new UserError(`a move must be text or data; got ${move}`);
    checkMove(move);
    if (move.kind === 'probability') checkProbability(move);
    return move;
  });
}

/** @throws UserError as `movesOf`, `parseMoveRange` and `checkEnds`. */
export function rangesOf(request: { readonly moves: readonly (MoveRange | string)[] }): MoveRange[] {
  const ranges = listedMoves(request).map(range => (typeof range === 'string' ? parseMoveRange(range) : range));
  for (const range of ranges) {
    checkKind("a move's range", range, 'an object');
    checkMove(range.to, "to of a move's range");
    if (range.from !== undefined) checkMove(range.from, "from of a move's range");
  }
  movesOf({ moves: ranges.flatMap(({ from, to }) => (from === undefined ? [to] : [from, to])) });
  for (const range of ranges) checkEnds(range);
  return ranges;
}

/**
 * @returns the request that `FaceEditor.strip` makes a recipe's frames of again: one frame where it has no strip.
 * @throws UserError for what is no recipe.
 */
export function stripOf(recipe: Recipe): Conditions & Pick<Recipe, 'locks'> & Pick<ResolvedStrip, 'moves' | 'steps'> {
  checkKind('a recipe', recipe, 'an object');
  const { moves, strip, ...conditions } = recipe;
  checkKind("a recipe's moves", moves, 'a list');
  checkOption("a recipe's strip", strip, 'an object');
  const { from, steps } = strip ?? { from: [], steps: 1 };
  checkKind("from of a recipe's strip", from, 'a list');
  return { ...conditions, moves: moves.map((to, i) => ({ to, from: from[i] ?? undefined })), steps };
}

/** @returns the options with their defaults. @throws UserError for what is no options, and no signal among them. */
export function resolveOptions(options: ResolveOptions = {}) {
  checkKind('options', options, 'an object');
  const { nearest = false, signal } = options;
  checkOption('signal', signal, 'an AbortSignal');
  checkKind('nearest', nearest, 'true or false');
  return { nearest, signal };
}

/** @returns the move, or in place of a wanted probability the strength that it takes. */
export function solved(move: Move, solutions: readonly WantedProbability[]): LatentMove {
  if (move.kind !== 'probability') return move;
  const { attribute } = move;
  return { attribute, kind: 'relative', strength: solutions.find(each => each.attribute === attribute)!.strength };
}

function listedMoves<Listed>(request: { readonly moves: readonly Listed[] }): readonly Listed[] {
  checkKind('an edit', request, 'an object');
  checkKind('moves', request.moves, 'a list');
  return request.moves;
}
