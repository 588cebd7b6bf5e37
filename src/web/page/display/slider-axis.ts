// The scale of a slider: its two ends, and its safe range.
import type { SafeRange } from '../../shared/protocol.ts';
import type { ShownDirection } from '../../shared/shown-direction.ts';

export interface Axis {
  /** Signed distances of the two ends, in σ. */
  readonly low: number;
  readonly high: number;
  /** Distances between which the attribute changes and others hardly do; undefined where nobody measured them. */
  readonly safe: SafeRange | undefined;
}

/**
 * Calibration is measured within ±4 σ; without it, ±3 σ is where most faces lie.
 * @param safeRange of the face itself, where it has one of its own.
 */
export function axisOf(
  { boundary }: Pick<ShownDirection, 'boundary'>,
  safeRange: SafeRange | undefined = boundary?.safeRange,
): Axis {
  const measured = boundary?.calibration !== undefined || boundary?.safeRange !== undefined;
  const end = measured ? 4 : 3;
  return { low: -end, high: end, safe: safeRange };
}

/** @returns `count` distances from one end to the other, of the safe range where there is one. */
export function stops({ low, high, safe }: Axis, count: number): number[] {
  const [from, to] = safe ?? [low, high];
  return Array.from({ length: count }, (_, i) => round(from + ((to - from) * i) / (count - 1)));
}

/** Rounds to hundredths of σ, as finely as sliders go, so that links and recipes stay short. */
export function round(distance: number): number {
  return Math.round(distance * 100) / 100 + 0;
}
