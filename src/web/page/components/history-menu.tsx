// All steps so far, the latest on top; each can be gone to.
import { useRef } from 'preact/hooks';
import { jump } from '../actions/history.ts';
import { HistoryIcon } from './icons.tsx';
import { useStudio } from './studio-context.ts';

export function HistoryMenu() {
  const studio = useStudio();
  const { entries, at } = studio.state.history.value;
  const list = useRef<HTMLDivElement>(null);
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
      <div id="history" popover="auto" class="popover" ref={list}>
        <h2>History</h2>
        <ol class="entries" reversed>
          {entries
            .map((entry, i) => (
              <li key={i}>
                <button
                  type="button"
                  class="entry"
                  aria-current={i === at ? 'step' : undefined}
                  data-undone={i > at}
                  onClick={() => jump(studio, i)}
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
