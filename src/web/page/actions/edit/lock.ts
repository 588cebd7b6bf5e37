// Locks attributes, so that moves of others leave them where they are, and unlocks them.
import { labelOf } from '../../../shared/attribute-names.ts';
import type { Studio } from '../../state/studio-state.ts';
import { applyEdit, committed } from './apply-edit.ts';

export function toggleLock(studio: Studio, attribute: string): void {
  const edit = studio.state.edit.value;
  const locked = edit.locks.includes(attribute);
  const locks = locked ? edit.locks.filter(lock => lock !== attribute) : [...edit.locks, attribute];
  applyEdit(studio, committed(studio, { ...edit, locks }), `${labelOf(attribute)} ${locked ? 'unlocked' : 'locked'}`);
}

/** Locks all of these in one step of the history. */
export function lockAll(studio: Studio, attributes: readonly string[]): void {
  const edit = studio.state.edit.value;
  const locks = [...new Set([...edit.locks, ...attributes])];
  if (locks.length === edit.locks.length) return;
  applyEdit(studio, committed(studio, { ...edit, locks }), `${attributes.map(labelOf).join(', ')} locked`);
}
