// What the page knows of a direction: one of the 40 attributes, or a further one that the classifier knows nothing of.
import type { BundleAttribute } from '../../core/editor/bundle.ts';
import { columnOf } from './attribute-names.ts';
import type { Model } from './protocol.ts';

/** What was measured of one, where anybody did. */
type Measured = Pick<BundleAttribute, 'reason' | 'movesWith' | 'suggestedLocks' | 'judged'>;

export interface Direction extends Measured {
  readonly attribute: string;
  /** Place among what the classifier says; undefined for further directions. */
  readonly column: number | undefined;
  /** null where it can be neither moved nor locked. */
  readonly boundary: Partial<Pick<NonNullable<BundleAttribute['boundary']>, 'calibration' | 'safeRange'>> | null;
  readonly controllable: boolean;
  /** Where a further direction comes from. */
  readonly origin?: string;
}

export function directionOf({ attributes, extra }: Pick<Model, 'attributes' | 'extra'>, name: string): Direction {
  const further = extra.find(({ attribute }) => attribute === name);
  if (further !== undefined) {
    return { attribute: name, column: undefined, boundary: {}, controllable: true, origin: further.origin };
  }
  const column = columnOf(name);
  return { ...attributes[column]!, column };
}
