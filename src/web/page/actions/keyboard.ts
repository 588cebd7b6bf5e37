// The keys that work everywhere on the page: those of the actions.
import type { Studio } from '../state/studio-state.ts';
import type { Key } from './action.ts';
import { actions } from './registry.ts';

export function handleKeyDown(studio: Studio, event: KeyboardEvent): void {
  if (isTyping(event) || studio.state.dialog.value !== undefined) return;
  const action = actions.find(({ keys = [] }) => keys.some(key => isPressed(key, event)));
  if (action === undefined) return;
  event.preventDefault();
  // Held, Ctrl+Z goes on; a single key would switch something on and off.
  if (event.repeat && !event.ctrlKey && !event.metaKey) return;
  if (action.enabled?.(studio.state) ?? true) action.perform(studio);
}

/** A key that is let go ends what it began, whatever else is held. */
export function handleKeyUp(studio: Studio, event: KeyboardEvent): void {
  const pressed = nameOf(event);
  for (const { keys = [], release } of actions) {
    if (keys.some(({ key }) => key === pressed)) release?.(studio);
  }
}

/** Ends what keys began: once the window is left, nobody hears that they are let go. */
export function releaseKeys(studio: Studio): void {
  for (const { release } of actions) release?.(studio);
}

/** Whether an event is for a place where text is written. */
export function isTyping({ target }: Pick<Event, 'target'>): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && !['range', 'checkbox', 'radio', 'button'].includes(target.type);
}

/** A key by its sign; where a layout has letters of another alphabet, by its place. */
function nameOf({ key, code }: KeyboardEvent): string {
  return (key > '\x7f' && code.startsWith('Key') ? code.slice('Key'.length) : key).toLowerCase();
}

function isPressed({ key, ctrl, shift, onSlider }: Key, event: KeyboardEvent): boolean {
  if (key !== nameOf(event) || (ctrl ?? false) !== (event.ctrlKey || event.metaKey)) return false;
  // Without Ctrl, Shift is what makes some signs, such as the question mark.
  if (ctrl ? (shift ?? false) !== event.shiftKey : event.altKey) return false;
  return !onSlider || (event.target instanceof HTMLInputElement && event.target.type === 'range');
}
