// The button of an action: everything it says and does comes from the action.
import { type Action, keyNames } from '../../actions/action.ts';
import { useStudio } from './studio-context.ts';

interface Props {
  readonly action: Action;
  /** Classes in place of those for the header. */
  readonly class?: string;
}

export function ActionButton({ action, class: classes }: Props) {
  const { state, act } = useStudio();
  const pressed = action.pressed?.(state);
  const isOff = action.enabled !== undefined && !action.enabled(state);
  const { label, icon: Icon } = { ...action, ...(pressed && action.whenPressed) };
  const look = { icon: 'button square', strong: 'button strong', usual: 'button' }[action.look ?? 'usual'];
  return (
    <button
      type="button"
      class={classes ?? look}
      aria-label={label}
      aria-pressed={pressed}
      title={hintOf(action)}
      disabled={isOff && !action.waits}
      aria-disabled={action.waits && isOff}
      onClick={isOff ? undefined : () => act(action.perform)}
    >
      {Icon && <Icon />}
      {action.look !== 'icon' && <span class="word">{pressed ? label : (action.word ?? label)}</span>}
    </button>
  );
}

/** @returns what the button's words leave out: its label if it has no word, and its key. */
export function hintOf({ hint, label, look, keys: [key] = [] }: Action): string | undefined {
  const text = hint ?? (look === 'icon' || key !== undefined ? label : undefined);
  return key === undefined ? text : `${text} (${keyNames(key).join('+')})`;
}
