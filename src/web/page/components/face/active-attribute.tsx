// The attribute in use: its values to read and type, its side effects, and the locks that mend them.
import './active-attribute.css';
import { useComputed } from '@preact/signals';
import { saidOf } from '../../../../core/attributes.ts';
import type { LayerRange } from '../../../../core/directions/layers.ts';
import { labelOf } from '../../../shared/attribute-names.ts';
import { directionOf, type ShownDirection } from '../../../shared/shown-direction.ts';
import { lockAll } from '../../actions/edit/lock.ts';
import { resetAttribute, setDistance } from '../../actions/edit/move-attribute.ts';
import { setProbability } from '../../actions/edit/set-probability.ts';
import { play } from '../../actions/view/play.ts';
import { LockedIcon, ResetIcon } from '../../display/icons.tsx';
import { sideEffectsOf } from '../../display/side-effects.ts';
import { round } from '../../display/slider-axis.ts';
import { changeText, isLittle, percentText } from '../../display/wording.ts';
import { standsAt } from '../../state/figures.ts';
import { ActionButton } from '../common/action-button.tsx';
import { useStudio } from '../common/studio-context.ts';
import { ExactValue } from './exact-value.tsx';

export function ActiveAttribute() {
  const { state, act } = useStudio();
  const active = state.active.value;
  const label = labelOf(active);
  const attribute = directionOf(state.model.value!, active);
  const moved = useComputed(() => state.edit.value.moves.some(move => move.attribute === state.active.value)).value;
  const isSearched = useComputed(() => state.searches.value.get(state.active.value)?.() === true).value;
  const figures = state.figures.value?.after;
  const probability = figures?.probabilities[attribute.column ?? -1];
  const distance = useComputed(() => standsAt(state.edit.value, state.active.value, state.figures.value?.after)).value;
  return (
    <section class="active-attribute" aria-label={`In use: ${label}`}>
      <div class="exact">
        <h2 title={label}>{label}</h2>
        {attribute.boundary !== null && (
          <>
            {attribute.column !== undefined && (
              <ExactValue
                key={`probability of ${active}`}
                name={`${label}: probability in percent`}
                unit="%"
                value={probability === undefined ? '' : percentText(probability).replace(' %', '')}
                isBusy={isSearched}
                onSet={text => act(setProbability, active, text)}
              />
            )}
            <ExactValue
              key={`distance of ${active}`}
              name={`${label}: distance in σ`}
              unit="σ"
              value={distance === undefined ? '' : round(distance).toFixed(2).replace('-', '−')}
              onSet={text => act(setDistance, active, text)}
            />
            <button
              type="button"
              class="button square small"
              aria-label={`Reset ${label}`}
              title={`Reset ${label}`}
              disabled={!moved}
              onClick={() => act(resetAttribute, active)}
            >
              <ResetIcon />
            </button>
            <Residual attribute={active} />
            <ActionButton action={play} class="button small play" />
          </>
        )}
      </div>
      <SideEffects />
    </section>
  );
}

/** Why the attribute cannot be moved; or what moves with it, and a button for the locks that mend that. */
function SideEffects() {
  const { state, act } = useStudio();
  const active = state.active.value;
  const model = state.model.value!;
  const attribute = directionOf(model, active);
  const locks = useComputed(() => state.edit.value.locks).value;
  const layers = useComputed(() => saidOf(state.edit.value.layers, state.active.value)).value;
  if (attribute.boundary === null) {
    return <p class="side-effects">This model cannot move it: {attribute.reason ?? 'no direction was found'}.</p>;
  }
  const { movesWith, suggestedLocks } = sideEffectsOf(model, attribute, locks, state.fittingStrip.value);
  const missing = suggestedLocks.filter(lock => lock !== active && !locks.includes(lock));
  const named = movesWith.map(each => each.attribute);
  return (
    <div class="side-effects">
      <span class="moves-with" title={judgement(attribute)}>
        {!attribute.controllable && <span class="badge">unreliable</span>}
        {attribute.origin !== undefined && `Unknown to the classifier: ${attribute.origin}. `}
        {layers && `${layersText(layers)}. `}
        {!attribute.controllable && `${attribute.reason ?? 'it hardly does what it says'}. `}
        {movesWith.length > 0 ? 'Moves with ' : attribute.controllable && 'Nothing else moves much with it.'}
        {movesWith.map(({ attribute: other, change }, i) => (
          <span key={other}>
            {i > 0 && ', '}
            {labelOf(other)} <span class="figure">{changeText(change)}</span>
          </span>
        ))}
      </span>
      {missing.length > 0 ? (
        <button
          type="button"
          class="button small lock-suggested"
          aria-label={lockLabel(missing, named)}
          title={`Lock ${missing.map(labelOf).join(', ')}`}
          onClick={() => act(lockAll, missing)}
        >
          <LockedIcon /> <span class="word">{lockWord(missing, named)}</span>
        </button>
      ) : (
        suggestedLocks.length > 0 && (
          <span class="locked-word" title={`Locked: ${suggestedLocks.map(labelOf).join(', ')}`}>
            suggested locks are on
          </span>
        )
      )}
    </div>
  );
}

/** The layers that a link or recipe keeps the move to. */
function layersText([from, to]: LayerRange): string {
  return from === to ? `Moves in layer ${from} only` : `Moves in layers ${from} to ${to} only`;
}

/** @param named the attributes in the sentence before the button, which "both" and "these" refer to. */
function lockWord(locks: readonly string[], named: readonly string[]): string {
  if (locks.length === 1) return `Lock ${labelOf(locks[0]!)}`;
  const areNamed = locks.length === named.length && locks.every(lock => named.includes(lock));
  if (areNamed) return locks.length === 2 ? 'Lock both' : 'Lock these';
  return `Lock ${locks.length} others`;
}

function lockLabel(locks: readonly string[], named: readonly string[]): string {
  const word = lockWord(locks, named);
  return locks.length === 1 ? word : `${word}: ${locks.map(labelOf).join(', ')}`;
}

/** The judge's verdict on the usual way of such edits, where one was asked. */
function judgement({ hold, judged, judgedByField }: ShownDirection): string | undefined {
  const verdict = hold === 'field' ? (judgedByField ?? judged) : judged;
  if (verdict === undefined) return undefined;
  const { faces, agreement, flips, own } = verdict;
  const judge = own ? 'the network that the sliders were made with' : 'an independent network';
  return (
    `With the suggested locks, ${judge} sees ${percentText(agreement)} of the moves of ${faces} faces to 10 % and to 90 % ` +
    `as asked (half, where nothing changes), and ${percentText(flips)} of the other attributes change`
  );
}

/** Share of the direction that the locks leave; its place stays where nothing is locked. */
function Residual({ attribute }: { readonly attribute: string }) {
  const { state } = useStudio();
  const locks = useComputed(() => state.edit.value.locks).value;
  const others = locks.filter(lock => lock !== attribute);
  if (others.length === 0) return <span class="left" />;
  const residual = saidOf(state.residuals.value, attribute) ?? 1;
  return (
    <span class="left" data-low={isLittle(residual)} title={`Locked: ${others.map(labelOf).join(', ')}`}>
      <LockedIcon />
      <span>
        {Math.round(100 * residual)} % <span class="wide-only">of the direction </span>left
      </span>
    </span>
  );
}
