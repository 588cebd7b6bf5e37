// One line about what just happened; screen readers read it out. News go after a while, refusals once they are over.
import './message-bar.css';
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { closeMessage } from '../../actions/view/close-message.ts';
import type { DialogName } from '../../state/studio-state.ts';
import { ActionButton } from './action-button.tsx';
import { useStudio } from './studio-context.ts';

/** Milliseconds that news stay, and refusals that are over: what overtakes one often follows at once. */
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
  const [toldBefore] = useState(place && state.message.peek()); // before the dialog was opened, so not about it
  const told = state.message.value;
  const isElsewhere = told !== undefined && told === toldBefore && told.kind !== 'news';
  const message = speaks && isHeard.value && !isElsewhere ? told : undefined;
  const isOver = useComputed(() => {
    const told = state.message.value;
    return told?.kind === 'refused' ? told.besides !== state.shown.value?.edit : told?.kind === 'news';
  }).value;
  useEffect(() => {
    if (message === undefined || !isOver) return;
    const timer = setTimeout(() => act(closeMessage.perform), shownFor);
    return () => clearTimeout(timer);
  }, [message, isOver, act]);
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
