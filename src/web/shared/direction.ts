// A direction as the page knows it: one of the 40 attributes, or a further one, for which the classifier has no column.
import type { BundleAttribute } from '../../core/editor/bundle.ts';
import { columnOf } from './attribute-names.ts';
import type { Model } from './protocol.ts';

/** Results of calibration, where there was one. */
type Measured = Pick<BundleAttribute, 'reason' | 'movesWith' | 'suggestedLocks' | 'judged'>;

export interface Direction extends Measured {
  readonly attribute: string;
  /** Index among the classifier's outputs; undefined for further directions. */
  readonly column: number | undefined;
  /** null where it can be neither moved nor locked. */
  readonly boundary: Partial<Pick<NonNullable<BundleAttribute['boundary']>, 'calibration' | 'safeRange'>> | null;
  readonly controllable: boolean;
  /** The source of a further direction, in words. */
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
