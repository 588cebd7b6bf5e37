// Hands the studio to every component, and what it needs to start.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Studio } from '../state.ts';

export const StudioContext = createContext<Studio | undefined>(undefined);

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (studio === undefined) throw new Error('a component of the studio stands outside of it');
  return studio;
}
