// Searches among the attributes.
import type { Studio } from '../../state/studio-state.ts';
import type { Action } from '../action.ts';

export const search: Action = {
  id: 'search',
  label: 'Search',
  keys: [{ key: '/' }],
  help: 'search',
  perform: () => document.querySelector<HTMLElement>('#search')?.focus(),
};

/** @param query as typed; the list shows what it finds. */
export function searchFor({ state }: Studio, query: string): void {
  state.query.value = query;
}
