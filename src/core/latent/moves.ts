// What a user may ask of one attribute, and how it is written: `Young=-2` by two steps, `Young=@1.5` to a distance.
import { attributeIndex } from '../attributes.ts';
import { UserError } from '../errors.ts';

export type Move =
  /** By `strength` along the unit direction, in σ of the latent; negative toward less. */
  | { readonly attribute: string; readonly kind: 'relative'; readonly strength: number }
  /** To a signed `distance` from the attribute's boundary, positive on the side of "more". */
  | { readonly attribute: string; readonly kind: 'absolute'; readonly distance: number };

/** @param text `<attribute>=<strength>` or `<attribute>=@<distance>`. @throws UserError for anything else. */
export function parseMove(text: string): Move {
  const [, attribute, at, number] =
    /^\s*([^=\s]+)\s*=\s*(@?)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*$/i.exec(text) ?? [];
  const value = Number(number);
  if (attribute === undefined || !Number.isFinite(value)) {
    throw new UserError(
      `a move must be <attribute>=<strength> or <attribute>=@<distance>, like Young=-2; got "${text}"`,
    );
  }
  attributeIndex(attribute);
  return at === '@'
    ? { attribute, kind: 'absolute', distance: value }
    : { attribute, kind: 'relative', strength: value };
}

/** The text that `parseMove` reads back. */
export function formatMove(move: Move): string {
  return move.kind === 'absolute' ? `${move.attribute}=@${move.distance}` : `${move.attribute}=${move.strength}`;
}
