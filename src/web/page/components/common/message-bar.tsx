// One line about what just happened; screen readers read it out, and news go after a while.
import './message-bar.css';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { closeMessage } from '../../actions/view/close-message.ts';
import type { DialogName } from '../../state/studio-state.ts';
import { ActionButton } from './action-button.tsx';
import { useStudio } from './studio-context.ts';

/** Milliseconds that news stay. */
const shownFor = 4000;

/** Milliseconds after which a place speaks that was out of reach before: screen readers must know of it by then. */
const heardAfter = 100;

interface Props {
  /** The dialog that it stands in; left out: the page, which speaks while no dialog is open. */
  readonly place?: DialogName;
}

export function MessageBar({ place }: Props) {
  const { state, act } = useStudio();
  const speaks = state.dialog.value === place;
  const isHeard = useSignal(false);
  useEffect(() => {
    if (!speaks) return;
    const timer = setTimeout(() => {
      isHeard.value = true;
    }, heardAfter);
    return () => {
      clearTimeout(timer);
      isHeard.value = false;
    };
  }, [speaks, isHeard]);
  const message = speaks && isHeard.value ? state.message.value : undefined;
  useEffect(() => {
    if (message?.kind !== 'news') return;
    const timer = setTimeout(() => act(closeMessage.perform), shownFor);
    return () => clearTimeout(timer);
  }, [message, act]);
  return (
    <div class="message-place">
      <div role="status" aria-live="polite">
        {/* Told again, a message is another element: screen readers read out none that stays as it is. */}
        {message && (
          <div key={message} class={`message ${message.kind}`}>
            <span>{message.text}</span>
            <ActionButton action={closeMessage} class="plain" />
          </div>
        )}
      </div>
    </div>
  );
}
