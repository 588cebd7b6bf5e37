// Turns a strip into the frames of a film.
import type { Drawn } from '../../shared/protocol.ts';
import type { Thumbnail } from '../state/studio-state.ts';

/** @returns the frames that could be drawn. */
export function drawnFrames(strip: readonly Thumbnail[]): Drawn[] {
  return strip.flatMap(({ frame }) => ('problem' in frame ? [] : [frame]));
}

/** @returns the frames forwards and then backwards, without either end twice. */
export function thereAndBack<Frame>(frames: readonly Frame[]): Frame[] {
  return [...frames, ...frames.slice(1, -1).reverse()];
}
