// One line about what just happened; screen readers read it out, and news go after a while.
import './message-bar.css';
import { useEffect } from 'preact/hooks';
import { closeMessage } from '../../actions/view/close-message.ts';
import { ActionButton } from './action-button.tsx';
import { useStudio } from './studio-context.ts';

/** Milliseconds that news stay. */
const shownFor = 4000;

export function MessageBar() {
  const { state, act } = useStudio();
  const message = state.message.value;
  useEffect(() => {
    if (message?.kind !== 'news') return;
    const timer = setTimeout(() => act(closeMessage.perform), shownFor);
    return () => clearTimeout(timer);
  }, [message, act]);
  return (
    <div class="message-place">
      <div role="status" aria-live="polite">
        {message && (
          <div class={`message ${message.kind}`}>
            <span>{message.text}</span>
            <ActionButton action={closeMessage} class="plain" />
          </div>
        )}
      </div>
    </div>
  );
}
