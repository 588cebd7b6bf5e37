// The 40 attributes in groups, what a search finds of them, and the units that they speak.
import { useComputed } from '@preact/signals';
import { isScored } from '../../../core/directions/direction.ts';
import { furtherGroup, groups, search, searchFurther } from '../../shared/attribute-names.ts';
import { resetAll } from '../actions/move-attribute.ts';
import type { Units } from '../state.ts';
import { AttributeRow } from './attribute-row.tsx';
import { ResetIcon } from './icons.tsx';
import { useStudio } from './studio-context.ts';

export function AttributePanel() {
  const studio = useStudio();
  const { state } = studio;
  const query = state.query.value;
  const further = state.model.value!.directions.filter(each => !isScored(each)).map(each => each.attribute);
  const found: readonly { readonly group: string; readonly attributes: readonly string[] }[] = [
    ...groups.map(group => ({ group, attributes: search(group, query) })),
    { group: furtherGroup, attributes: searchFurther(further, query) },
  ].filter(each => each.attributes.length > 0);
  const edited = useComputed(() => state.edit.value.moves.length + state.edit.value.locks.length > 0).value;
  const unit = (units: Units, sign: string, title: string) => (
    <button
      type="button"
      aria-pressed={state.units.value === units}
      aria-label={title}
      title={title}
      onClick={() => {
        state.units.value = units;
      }}
    >
      {sign}
    </button>
  );
  return (
    <section class="panel" id="attributes" aria-label="Attributes" tabIndex={-1}>
      <div class="panel-head">
        <input
          id="search"
          class="field"
          type="search"
          placeholder="Search 40 attributes"
          aria-label="Search 40 attributes"
          autocomplete="off"
          value={query}
          onInput={event => {
            state.query.value = event.currentTarget.value;
          }}
        />
        <div class="choice">
          {unit('probability', '%', 'Show probabilities')}
          {unit('distance', 'σ', 'Show distances in σ, for experts')}
        </div>
        <button
          type="button"
          class="button square"
          aria-label="Reset all moves and locks"
          title="Reset all moves and locks"
          disabled={!edited}
          onClick={() => resetAll(studio)}
        >
          <ResetIcon />
        </button>
      </div>
      <div class="groups">
        {found.map(({ group, attributes }) => (
          <section key={group} aria-label={group}>
            <h3>
              {group} <span class="count">{attributes.length}</span>
            </h3>
            <ul>
              {attributes.map(attribute => (
                <AttributeRow key={attribute} attribute={attribute} />
              ))}
            </ul>
          </section>
        ))}
        {found.length === 0 && <p class="dim">No attribute is called “{query}”.</p>}
      </div>
    </section>
  );
}
