// One line about what just happened; read out, and gone after a while unless it is a problem.
import { useEffect } from 'preact/hooks';
import { clearMessage } from '../actions/messages.ts';
import { CloseIcon } from './icons.tsx';
import { useStudio } from './studio-context.ts';

/** Milliseconds that news stay. */
const shownFor = 4000;

export function MessageBar() {
  const { state } = useStudio();
  const message = state.message.value;
  useEffect(() => {
    if (message?.kind !== 'news') return;
    const timer = setTimeout(() => clearMessage(state), shownFor);
    return () => clearTimeout(timer);
  }, [message, state]);
  return (
    <div class="message-place">
      <div role="status" aria-live="polite">
        {message && (
          <div class={`message ${message.kind}`}>
            <span>{message.text}</span>
            <button type="button" class="plain" aria-label="Close message" onClick={() => clearMessage(state)}>
              <CloseIcon />
            </button>
          </div>
        )}
      </div>
    </div>
  );
}
