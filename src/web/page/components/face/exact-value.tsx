// A number that is shown, and set by typing another one.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { clearRefusal } from '../../actions/messages.ts';
import { useStudio } from '../common/studio-context.ts';

interface Props {
  /** Its name for screen readers. */
  readonly name: string;
  readonly unit: string;
  readonly value: string;
  /** Whether what was typed last is still being worked on. */
  readonly isBusy?: boolean;
  readonly onSet: (text: string) => void;
}

export function ExactValue({ name, unit, value, isBusy = false, onSet }: Props) {
  const { act } = useStudio();
  /** The text that is being typed; figures that arrive meanwhile do not take its place. */
  const typed = useSignal<string | undefined>(undefined);
  const set = () => {
    const text = typed.peek();
    typed.value = undefined;
    if (text !== undefined) onSet(text);
  };
  const latest = useRef(set);
  latest.current = set;
  // A press on another attribute's slider takes the field away before it loses the focus; what was typed still counts.
  useEffect(() => () => latest.current(), []);
  return (
    <span class="exact-value">
      <input
        class="field"
        inputMode={unit === '%' ? 'decimal' : undefined} // an iPhone's keys for decimals have no minus
        autocomplete="off"
        aria-label={name}
        aria-busy={isBusy}
        title={`${name}; type another and press Enter`}
        value={typed.value ?? value}
        onInput={event => {
          typed.value = event.currentTarget.value;
          act(clearRefusal);
        }}
        onChange={set}
        onKeyDown={({ key }) => {
          if (key === 'Enter') set();
          if (key === 'Escape') typed.value = undefined;
        }}
      />
      <span aria-hidden="true">{isBusy ? '…' : unit}</span>
    </span>
  );
}
