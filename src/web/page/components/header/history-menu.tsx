// The history: all steps so far, the latest on top; pressing one goes to it.
import './history-menu.css';
import { goToStep } from '../../actions/edit/go-to-step.ts';
import { HistoryIcon } from '../../display/icons.tsx';
import { useStudio } from '../common/studio-context.ts';

export function HistoryMenu() {
  const { state, act } = useStudio();
  const { entries, at } = state.history.value;
  return (
    <>
      <button
        type="button"
        class="button history-button"
        popovertarget="history"
        aria-label={`History ${at + 1}/${entries.length}`}
        title="History"
      >
        <HistoryIcon /> {at + 1}/{entries.length}
      </button>
      <div id="history" popover="auto" class="popover">
        <h2>History</h2>
        <ol reversed>
          {entries
            .map((entry, i) => (
              <li key={i}>
                <button
                  type="button"
                  class="entry"
                  aria-current={i === at ? 'step' : undefined}
                  data-undone={i > at}
                  onClick={() => act(goToStep, i)}
                >
                  {entry.label}
                </button>
              </li>
            ))
            .reverse()}
        </ol>
      </div>
    </>
  );
}
