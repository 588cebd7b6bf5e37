// One attribute: its lock, its name, its probability before and after, and the slider that moves it.
import './attribute-row.css';
import { useComputed } from '@preact/signals';
import { saidOf } from '../../../../core/attributes.ts';
import { labelOf } from '../../../shared/attribute-names.ts';
import { directionOf, type ShownDirection } from '../../../shared/shown-direction.ts';
import { toggleLock } from '../../actions/edit/lock.ts';
import { resetAttribute } from '../../actions/edit/move-attribute.ts';
import { LockedIcon, ResetIcon, UnlockedIcon } from '../../display/icons.tsx';
import { distanceText, isLittle, percentText } from '../../display/wording.ts';
import { useStudio } from '../common/studio-context.ts';
import { AttributeSlider } from './attribute-slider.tsx';

/** Share of a direction above which a row does not say how much of it the locks leave. */
const nearlyWhole = 0.9;

export function AttributeRow({ attribute }: { readonly attribute: string }) {
  const { state, act } = useStudio();
  const facts = directionOf(state.model.value!, attribute);
  const label = labelOf(attribute);
  const movable = facts.boundary !== null;
  // Computed values, so that a row is drawn again only where something of its own has changed.
  const locked = useComputed(() => state.edit.value.locks.includes(attribute)).value;
  const anyLocked = useComputed(() => state.edit.value.locks.length > 0).value;
  const moved = useComputed(() => state.edit.value.moves.some(move => move.attribute === attribute)).value;
  const active = useComputed(() => state.active.value === attribute).value;
  const residual = useComputed(() => saidOf(state.residuals.value, attribute) ?? 1).value;
  return (
    <li class="row" data-active={active} data-moved={moved}>
      <button
        type="button"
        class="lock"
        aria-pressed={locked}
        aria-label={`Lock ${label}`}
        title={movable ? (locked ? 'Unlock' : 'Lock: moves of others leave this as it is') : 'This cannot be locked'}
        disabled={!movable}
        onClick={() => act(toggleLock, attribute)}
      >
        {locked ? <LockedIcon /> : <UnlockedIcon />}
      </button>
      <div>
        <div class="row-head">
          <label class="name" for={`move-${attribute}`}>
            {label}
          </label>
          {!facts.controllable && (
            <span class="badge" title={facts.reason}>
              {movable ? 'unreliable' : 'cannot move'}
            </span>
          )}
          {movable && !locked && anyLocked && residual < nearlyWhole && (
            <span class="left" title="Share of its direction that the locks leave" data-low={isLittle(residual)}>
              {Math.round(100 * residual)} % left
            </span>
          )}
          {moved && (
            <button
              type="button"
              class="plain reset"
              aria-label={`Reset ${label}`}
              title="Reset"
              onClick={() => act(resetAttribute, attribute)}
            >
              <ResetIcon />
            </button>
          )}
          <Values direction={facts} />
        </div>
        {movable ? (
          <AttributeSlider direction={facts} />
        ) : (
          <p class="reason" id={`move-${attribute}`}>
            {facts.reason ?? 'no direction was found for it'}
          </p>
        )}
      </div>
    </li>
  );
}

function Values({ direction: { column, attribute } }: { readonly direction: ShownDirection }) {
  const { state } = useStudio();
  const figures = state.figures.value;
  const isDistance = state.units.value === 'distance' || column === undefined;
  const texts = (() => {
    if (isDistance) {
      const [was, is] = [figures?.before, figures?.after].map(each => saidOf(each?.distances, attribute));
      return was === undefined || is === undefined ? [] : [distanceText(was), distanceText(is)];
    }
    const [was, is] = [figures?.before.probabilities[column], figures?.after.probabilities[column]];
    return was === undefined || is === undefined ? [] : [percentText(was), percentText(is)];
  })();
  const [was = '', is = ''] = texts;
  return (
    <span class="values" data-long={isDistance}>
      {was !== is && (
        <span class="was">
          {was.replace(/ [%σ]$/, '')}
          <span aria-hidden="true"> → </span>
        </span>
      )}
      <strong>{is}</strong>
    </span>
  );
}
