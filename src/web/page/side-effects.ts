// What moves with an attribute: as the bundle measured it, or else as it shows on this face.
import { attributeNames } from '../../core/attributes.ts';
import { probabilityOf } from '../../core/editor/probability.ts';
import type { Direction } from '../shared/direction.ts';
import type { Frame, Model } from '../shared/protocol.ts';

export interface Companions {
  /** The largest changes first. */
  readonly movesWith: readonly { readonly attribute: string; readonly change: number }[];
  readonly suggestedLocks: readonly string[];
}

/** As many as are worth a line. */
const most = 3;

/** A smaller change of probability is not worth naming. */
const smallest = 0.1;

/** @param strip of this attribute on the face, from less to more. */
export function companionsOf(
  { directions }: Model,
  attribute: Direction,
  strip: readonly { readonly frame: Frame }[],
): Companions {
  if (attribute.movesWith !== undefined) {
    return { movesWith: attribute.movesWith.slice(0, most), suggestedLocks: attribute.suggestedLocks ?? [] };
  }
  const frames = strip.flatMap(({ frame }) => ('problem' in frame ? [] : [frame]));
  const [first, last] = [frames.at(0), frames.at(-1)];
  if (first === undefined || last === undefined) return { movesWith: [], suggestedLocks: [] };
  const movesWith = attributeNames
    .map((name, i) => {
      const [less, more] = [first, last].map(({ logits }) => probabilityOf(directions[i]!, logits[i]!));
      return { attribute: name, change: more! - less! };
    })
    .filter(each => each.attribute !== attribute.attribute && Math.abs(each.change) >= smallest)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, most);
  const movable = (name: string) => directions.some(each => each.attribute === name && each.boundary !== null);
  return { movesWith, suggestedLocks: movesWith.map(each => each.attribute).filter(movable) };
}
