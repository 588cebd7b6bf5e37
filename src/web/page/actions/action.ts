// The shape of an action: one object that holds all there is to know of something a person can ask for.
import type { Icon } from '../display/icons.tsx';
import type { ReadonlyState, Studio } from '../state/studio-state.ts';

export interface Action {
  readonly id: string;
  /** Its name, for people and for screen readers. */
  readonly label: string;
  /** The text on its button, where the label is too long for one. */
  readonly word?: string;
  /** A sentence for the pointer that rests on the button; left out: the label. */
  readonly hint?: string;
  /** From display/icons.tsx where several use it; else made here by `lineIcon`. */
  readonly icon?: Icon;
  /** The group of the header that its button stands in; left out: where a component puts it, or nowhere. */
  readonly place?: 'faces' | 'results' | 'save';
  /** `icon`: without a word. `strong`: the one button that stands out. Left out: icon and word. */
  readonly look?: 'icon' | 'strong';
  readonly keys?: readonly Key[];
  /** The words for its keys in the help; left out: the label. */
  readonly help?: string;
  /** Whether its button is shown at all; left out: always. */
  readonly offered?: (state: ReadonlyState) => boolean;
  /** Whether it can be performed now; left out: always. */
  readonly enabled?: (state: ReadonlyState) => boolean;
  /** Set where it cannot be performed for a moment only: its button keeps the focus meanwhile. */
  readonly waits?: true;
  /** Whether it is on, for an action that switches something. */
  readonly pressed?: (state: ReadonlyState) => boolean;
  /** Its label and icon while it is on, where they differ. */
  readonly whenPressed?: Pick<Action, 'label' | 'icon'>;
  readonly perform: (studio: Studio) => void | Promise<void>;
  /** Ends it, for an action that lasts as long as its key or button is held. */
  readonly release?: (studio: Studio) => void;
}

export interface Key {
  /** `KeyboardEvent.key` in lower case. */
  readonly key: string;
  /** With Ctrl, or ⌘ on a Mac; with it, Shift counts too. */
  readonly ctrl?: true;
  readonly shift?: true;
  /** Only while a slider has the focus. */
  readonly onSlider?: true;
}

/** @returns the names of the keys to press together: `['Ctrl', 'Shift', 'Z']`. */
export function keyNames({ key, ctrl, shift }: Key): string[] {
  return [...(ctrl ? ['Ctrl'] : []), ...(shift ? ['Shift'] : []), key.toUpperCase()];
}
