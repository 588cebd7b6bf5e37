// Hands the studio to every component: its state to read, and a way to call actions.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ReadonlyState, Studio } from '../../state/studio-state.ts';

/** Components read state and call actions; they have no other way to change anything. */
export interface StudioView {
  readonly state: ReadonlyState;
  /** Calls an action's function with the studio and these arguments. */
  act<Rest extends readonly unknown[], Result>(
    perform: (studio: Studio, ...rest: Rest) => Result,
    ...rest: Rest
  ): Result;
}

export function viewOf(studio: Studio): StudioView {
  return { state: studio.state, act: (perform, ...rest) => perform(studio, ...rest) };
}

export const StudioContext = createContext<StudioView | undefined>(undefined);

export function useStudio(): StudioView {
  const view = useContext(StudioContext);
  if (view === undefined) throw new Error('a component of the studio stands outside of it');
  return view;
}
