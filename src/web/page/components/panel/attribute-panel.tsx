// The sliders in groups, a search among them, and the choice of their units.
import './attribute-panel.css';
import { isScored } from '../../../../core/directions/scored.ts';
import { countOf } from '../../../../core/errors.ts';
import { grouped, search } from '../../../shared/attribute-names.ts';
import { holdByField } from '../../actions/edit/hold-by-field.ts';
import { resetAll } from '../../actions/edit/reset-all.ts';
import { chooseUnits } from '../../actions/view/choose.ts';
import { searchFor } from '../../actions/view/search.ts';
import type { Units } from '../../state/studio-state.ts';
import { ActionButton } from '../common/action-button.tsx';
import { useStudio } from '../common/studio-context.ts';
import { AttributeRow } from './attribute-row.tsx';

export function AttributePanel() {
  const { state, act } = useStudio();
  const query = state.query.value;
  const { directions } = state.model.value!;
  const attributes = directions.filter(isScored).map(each => each.attribute);
  const further = directions.filter(each => !isScored(each)).map(each => each.attribute);
  const found = search(grouped(attributes, further), query);
  const prompt = `Search ${countOf(attributes.length, 'attributes')}`;
  const unit = (units: Units, sign: string, title: string) => (
    <button
      type="button"
      aria-pressed={state.units.value === units}
      aria-label={title}
      title={title}
      onClick={() => act(chooseUnits, units)}
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
          placeholder={prompt}
          aria-label={prompt}
          autocomplete="off"
          value={query}
          onInput={event => act(searchFor, event.currentTarget.value)}
        />
        <div class="choice">
          {unit('probability', '%', 'Show probabilities')}
          {unit('distance', 'σ', 'Show distances in σ, for experts')}
        </div>
        {state.model.value!.hasField && <ActionButton action={holdByField} />}
        <ActionButton action={resetAll} />
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
