// Plays the strip on the large face, there and back, until something else is done.
import { drawnFrames, thereAndBack } from '../../display/film.ts';
import { PauseIcon, PlayIcon } from '../../display/icons.tsx';
import type { Action } from '../action.ts';
import { fullFrames } from './full-frames.ts';

/** Milliseconds a frame is shown; `reduced` for those who asked the system for less motion. */
const pace = { usual: 110, reduced: 800 };

let timer: ReturnType<typeof setInterval> | undefined;

export const play: Action = {
  id: 'play',
  label: 'Play',
  icon: PlayIcon,
  enabled: ({ fittingStrip, playing }) => drawnFrames(fittingStrip.value).length > 1 || playing.value !== undefined,
  waits: true,
  pressed: ({ playing }) => playing.value !== undefined,
  whenPressed: { label: 'Stop', icon: PauseIcon },
  perform: async studio => {
    const { state } = studio;
    const stop = () => {
      state.playing.value = undefined;
      clearInterval(timer);
    };
    if (state.playing.value !== undefined) return stop();
    const strip = state.fittingStrip.value;
    const frames = thereAndBack(await fullFrames(studio));
    if (frames.length < 2 || state.fittingStrip.value !== strip || state.playing.value !== undefined) return;
    let at = 0;
    const show = () => {
      if (at > 0 && (state.playing.value === undefined || state.fittingStrip.value !== strip)) stop();
      else state.playing.value = frames[at++ % frames.length];
    };
    show();
    clearInterval(timer);
    timer = setInterval(show, matchMedia('(prefers-reduced-motion: reduce)').matches ? pace.reduced : pace.usual);
  },
};
