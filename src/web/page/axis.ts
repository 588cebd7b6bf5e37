// Where a slider begins and ends, and what is marked on it.
import type { Direction } from '../shared/direction.ts';

export interface Axis {
  /** Signed distances of its ends. */
  readonly low: number;
  readonly high: number;
  /** Between which the attribute changes and others hardly do; undefined where nobody measured. */
  readonly safe: readonly [number, number] | undefined;
}

/** Calibration is measured within ±4 σ; without it, ±3 σ is where most faces lie. */
export function axisOf({ boundary }: Pick<Direction, 'boundary'>): Axis {
  const measured = boundary?.calibration !== undefined || boundary?.safeRange !== undefined;
  const end = measured ? 4 : 3;
  return { low: -end, high: end, safe: boundary?.safeRange };
}

/** @returns `count` distances from one end to the other: of the safe range where there is one. */
export function stops({ low, high, safe }: Axis, count: number): number[] {
  const [from, to] = safe ?? [low, high];
  return Array.from({ length: count }, (_, i) => round(from + ((to - from) * i) / (count - 1)));
}

/** As finely as sliders go: links and recipes stay short. */
export function round(distance: number): number {
  return Math.round(distance * 100) / 100 + 0;
}
