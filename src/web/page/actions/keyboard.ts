// The keys that work everywhere on the page.
import type { Studio } from '../state.ts';
import { redo, undo } from './history.ts';
import { toggleLock } from './lock.ts';

/** Where what is typed is text. */
function isTyping({ target }: KeyboardEvent): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && !['range', 'checkbox', 'radio', 'button'].includes(target.type);
}

export function handleKeyDown(studio: Studio, event: KeyboardEvent): void {
  const { state } = studio;
  if (isTyping(event) || state.dialog.value !== undefined) return;
  const key = event.key.toLowerCase();
  const command = event.ctrlKey || event.metaKey;
  const act = (() => {
    if (command && key === 'z') return () => (event.shiftKey ? redo(studio) : undo(studio));
    if (command && key === 'y') return () => redo(studio);
    if (command || event.altKey) return undefined;
    if (key === 'b') return () => setPeeking(studio, true);
    if (key === '/') return () => document.querySelector<HTMLElement>('#search')?.focus();
    if (key === '?') return () => openDialog(studio);
    if (key === 'l' && event.target instanceof HTMLInputElement) return () => toggleLock(studio, state.active.value);
    return undefined;
  })();
  if (act === undefined) return;
  event.preventDefault();
  act();
}

export function handleKeyUp(studio: Studio, { key }: KeyboardEvent): void {
  if (key.toLowerCase() === 'b') setPeeking(studio, false);
}

export function setPeeking({ state }: Pick<Studio, 'state'>, peeking: boolean): void {
  state.peeking.value = peeking;
}

function openDialog({ state }: Studio): void {
  state.dialog.value = 'help';
}
