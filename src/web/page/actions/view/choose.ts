// Chooses what is looked at: the attribute in use, the units of the numbers, and which dialog goes.
import type { DialogName, Studio, Units } from '../../state/studio-state.ts';

export function chooseActive({ state }: Studio, attribute: string): void {
  state.active.value = attribute;
}

export function chooseUnits({ state }: Studio, units: Units): void {
  state.units.value = units;
}

/** Closes this dialog, unless another one has taken its place. */
export function closeDialog({ state }: Studio, dialog: DialogName): void {
  if (state.dialog.value === dialog) state.dialog.value = undefined;
}
