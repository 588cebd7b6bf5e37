// Plays the strip on the large face, there and back, until something else is done.
import type { Drawn } from '../../shared/protocol.ts';
import type { Studio } from '../state.ts';

/** Milliseconds a frame; those who asked for less motion get a slow show of slides. */
const pace = { usual: 110, reduced: 800 };

let timer: ReturnType<typeof setInterval> | undefined;

/** Starts it, or ends it. */
export function togglePlay({ state }: Studio): void {
  if (state.playing.value !== undefined) {
    state.playing.value = undefined;
    clearInterval(timer);
    return;
  }
  const frames = thereAndBack(drawnFrames(state.strip.value));
  if (frames.length < 2) return;
  const strip = state.strip.value;
  let at = 0;
  const show = () => {
    if (at > 0 && (state.playing.value === undefined || state.strip.value !== strip)) {
      state.playing.value = undefined;
      clearInterval(timer);
    } else state.playing.value = frames[at++ % frames.length];
  };
  show();
  clearInterval(timer);
  timer = setInterval(show, matchMedia('(prefers-reduced-motion: reduce)').matches ? pace.reduced : pace.usual);
}

/** Of a strip, the frames that could be drawn. */
export function drawnFrames(strip: Studio['state']['strip']['value']): Drawn[] {
  return strip.flatMap(({ frame }) => ('problem' in frame ? [] : [frame]));
}

/** Without showing an end twice. */
export function thereAndBack<Frame>(frames: readonly Frame[]): Frame[] {
  return [...frames, ...frames.slice(1, -1).reverse()];
}
