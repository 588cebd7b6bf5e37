// Moves that a user may ask for, and how they are written: `Young=-2` by two steps, `Young=@1.5` to a distance,
// `Young=p90` to a probability.
import { checkKind, UserError } from '../errors.ts';

/** A move that takes no classifier. */
export type LatentMove =
  /** A step by `strength` along the unit direction, in σ of the latent; negative toward less. */
  | { readonly attribute: string; readonly kind: 'relative'; readonly strength: number }
  /** A move to a signed `distance` from the attribute's boundary, positive on the side of "more". */
  | { readonly attribute: string; readonly kind: 'absolute'; readonly distance: number };

/** A move until the classifier is this sure of the attribute, in (0, 1); its strength differs from face to face. */
export interface ProbabilityMove {
  readonly attribute: string;
  readonly kind: 'probability';
  readonly probability: number;
}

export type Move = LatentMove | ProbabilityMove;

/** Signs that people type or copy for a minus: the one that this program prints, and dashes. */
export const minusSigns = /[\u2212\u2010-\u2015\ufe63\uff0d]/g;

/**
 * Reads numbers as people write them: with a typographic minus, with a comma before the decimals, with the unit.
 * @param text `<attribute>=<strength>`, `<attribute>=@<distance>` or `<attribute>=p<percent>`. Only a bundle can
 *   check that the attribute exists, and tell what "blond hair" is called in it. @throws UserError for anything else,
 *   with the move as it was read.
 */
export function parseMove(text: string): Move {
  const [, attribute, value = ''] = /^\s*([^=\s]+(?: [^=\s]+)*)\s*=(.*)$/s.exec(text) ?? [];
  const plain = value.replaceAll(minusSigns, '-').replace(/^([^,.]*),(\d+[^,.]*)$/, '$1.$2');
  const [, sign = '', number, unit = ''] =
    /^\s*([@p]?)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([σ%]?)\s*$/i.exec(plain) ?? [];
  const amount = Number(number);
  const isPercent = sign.toLowerCase() === 'p' || (sign === '' && unit === '%');
  const isMixed = unit === (isPercent ? 'σ' : '%');
  if (attribute === undefined || number === undefined || !Number.isFinite(amount) || isMixed) {
    throw new UserError(
      `a move must be <attribute>=<strength>, =@<distance> or =p<percent>, like Young=-2; got "${text}"`,
    );
  }
  if (sign === '@') return { attribute, kind: 'absolute', distance: amount };
  if (!isPercent) return { attribute, kind: 'relative', strength: amount };
  const move = { attribute, kind: 'probability', probability: amount / 100 } as const;
  checkProbability(move, text);
  return move;
}

/** @param text the move as it was given. @throws UserError for a probability that no classifier can say. */
export function checkProbability(move: ProbabilityMove, text = formatMove(move)): void {
  const { attribute, probability } = move;
  if (typeof probability === 'number' && probability > 0 && probability < 1) return;
  throw new UserError(`a probability must lie between 0 and 100 %, like ${attribute}=p90; got "${text}"`);
}

/** The number of each kind of move. */
const amounts = { relative: 'strength', absolute: 'distance', probability: 'probability' } as const;

/** Checks what types cannot. @throws UserError for what is no move: of no attribute, of no known kind or by no number. */
export function checkMove(move: Move, name = 'a move'): void {
  checkKind(name, move, 'an object');
  checkKind(`${name}'s attribute`, move.attribute, 'text');
  if (!Object.hasOwn(amounts, move.kind)) {
    throw new UserError(
      `${name}'s kind must be ${Object.keys(amounts).join(' or ')}; got ${move.kind}. Or give text like Young=-2`,
    );
  }
  const amount = amounts[move.kind];
  checkKind(`${name}'s ${amount}`, (move as { readonly [name: string]: unknown })[amount], 'a number');
}

/** The text that `parseMove` reads back. @throws UserError as `checkMove`. */
export function formatMove(move: Move): string {
  checkMove(move);
  return `${move.attribute}=${formatAmount(move)}`;
}

/** @returns the text behind the equals sign: `-2`, `@1.5`, `p90`. */
export function formatAmount(move: Move): string {
  if (move.kind === 'relative') return `${move.strength}`;
  if (move.kind === 'absolute') return `@${move.distance}`;
  return `p${Number((100 * move.probability).toPrecision(12))}`; // 0.29 is p29, not p28.999999999999996
}

/** @throws UserError for a probability: only a classifier can say which strength it takes. */
export function asLatentMove(move: Move): LatentMove {
  if (move.kind !== 'probability') return move;
  throw new UserError(
    `${formatMove(move)} must be solved on the classifier first. Give a strength, such as ${move.attribute}=2, ` +
      'or what `FaceEditor.resolve` returns',
  );
}
