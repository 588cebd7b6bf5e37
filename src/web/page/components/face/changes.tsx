// How the edit changed each attribute: first those that were moved, then the largest changes that nobody asked for.
import './changes.css';
import { useComputed, useSignal } from '@preact/signals';
import { isScored } from '../../../../core/directions/scored.ts';
import { labelOf } from '../../../shared/attribute-names.ts';
import { changeText, percentText } from '../../display/wording.ts';
import { useStudio } from '../common/studio-context.ts';

/** Rows that are shown until "all" is pressed. */
const few = 6;

export function Changes() {
  const { state } = useStudio();
  const all = useSignal(false);
  const figures = state.figures.value;
  const [before, after] = [figures?.before.probabilities ?? [], figures?.after.probabilities ?? []];
  const moved = useComputed(() => state.edit.value.moves.map(({ attribute }) => attribute).join()).value.split(',');
  const rows = state.model
    .value!.directions.filter(isScored)
    .map(({ attribute }, i) => ({
      attribute,
      was: before[i] ?? 0,
      is: after[i] ?? 0,
      change: (after[i] ?? 0) - (before[i] ?? 0),
      wanted: moved.includes(attribute),
    }))
    .sort((a, b) => Number(b.wanted) - Number(a.wanted) || Math.abs(b.change) - Math.abs(a.change));
  const shown = all.value
    ? rows
    : rows.slice(0, few).filter(({ wanted, change }) => wanted || Math.abs(change) >= 0.005);
  return (
    <section class="changes card" aria-labelledby="changes-title">
      <div class="card-head">
        <h2 id="changes-title">What changed, in percentage points</h2>
        <button
          type="button"
          class="plain"
          aria-expanded={all.value}
          onClick={() => {
            all.value = !all.value;
          }}
        >
          {all.value ? 'largest' : `all ${rows.length}`}
        </button>
      </div>
      {shown.length === 0 && <p class="dim nothing">Nothing yet. Move a slider.</p>}
      <ul class="change-list">
        {shown.map(({ attribute, was, is, change, wanted }) => (
          <li key={attribute} data-wanted={wanted}>
            <span class="name">{labelOf(attribute)}</span>
            <span class="was-is">
              {percentText(was).replace(' %', '')} → {percentText(is)}
            </span>
            <span
              class="bar"
              aria-hidden="true"
              style={{ '--from': `${50 + 50 * Math.min(0, change)}%`, '--size': `${50 * Math.abs(change)}%` }}
            />
            <span class="change">{changeText(change)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
