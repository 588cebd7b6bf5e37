// Side effects of a slider: the attributes that move with its own, as the bundle measured them or as this face shows them.
import { isScored } from '../../../core/directions/scored.ts';
import { probabilityOf } from '../../../core/editor/probability.ts';
import type { Frame, Model } from '../../shared/protocol.ts';
import type { ShownDirection } from '../../shared/shown-direction.ts';

export interface SideEffects {
  /** The largest changes first. */
  readonly movesWith: readonly { readonly attribute: string; readonly change: number }[];
  readonly suggestedLocks: readonly string[];
}

const maxSideEffects = 3;

/** Change of probability below which a side effect is not named. */
const minSideEffect = 0.1;

/** @param locks those of the edit. @param strip the face with less to more of this attribute, these locks locked. */
export function sideEffectsOf(
  { directions }: Model,
  attribute: ShownDirection,
  locks: readonly string[],
  strip: readonly { readonly frame: Frame }[],
): SideEffects {
  if (attribute.movesWith !== undefined) {
    const movesWith = attribute.movesWith.filter(each => !locks.includes(each.attribute)); // measured without locks
    return { movesWith: movesWith.slice(0, maxSideEffects), suggestedLocks: attribute.suggestedLocks ?? [] };
  }
  const frames = strip.flatMap(({ frame }) => ('problem' in frame ? [] : [frame]));
  const [first, last] = [frames.at(0), frames.at(-1)];
  if (first === undefined || last === undefined) return { movesWith: [], suggestedLocks: [] };
  const movesWith = directions
    .filter(isScored)
    .map((direction, i) => {
      const [less, more] = [first, last].map(({ logits }) => probabilityOf(direction, logits[i]!));
      return { attribute: direction.attribute, change: more! - less! };
    })
    .filter(each => each.attribute !== attribute.attribute && Math.abs(each.change) >= minSideEffect)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, maxSideEffects);
  const movable = (name: string) => directions.some(each => each.attribute === name && each.boundary !== null);
  return { movesWith, suggestedLocks: movesWith.map(each => each.attribute).filter(movable) };
}
