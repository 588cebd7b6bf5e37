// A number that is shown, and set by typing another one.
import { useRef } from 'preact/hooks';

interface Props {
  /** Its name for screen readers. */
  readonly name: string;
  readonly unit: string;
  readonly value: string;
  readonly onSet: (text: string) => void;
}

export function ExactValue({ name, unit, value, onSet }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const typed = useRef(false);
  const set = () => {
    if (!typed.current) return;
    typed.current = false;
    onSet(input.current!.value);
    input.current!.value = value;
  };
  return (
    <span class="exact-value">
      <input
        ref={input}
        class="field"
        inputMode="decimal"
        autocomplete="off"
        aria-label={name}
        title={`${name}; type another and press Enter`}
        value={value}
        onInput={() => {
          typed.current = true;
        }}
        onChange={set}
        onKeyDown={({ key }) => {
          if (key === 'Enter') set();
        }}
      />
      <span aria-hidden="true">{unit}</span>
    </span>
  );
}
