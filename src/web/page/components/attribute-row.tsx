// One attribute: its lock, its name, how probable it was and is, and the slider that moves it.
import { useComputed } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { labelOf } from '../../shared/attribute-names.ts';
import { type Direction, directionOf } from '../../shared/direction.ts';
import { toggleLock } from '../actions/lock.ts';
import { commitMove, previewMove, resetAttribute } from '../actions/move-attribute.ts';
import { type Axis, axisOf, round } from '../axis.ts';
import { distanceText, percentText } from '../format.ts';
import { LockedIcon, ResetIcon, UnlockedIcon } from './icons.tsx';
import { useStudio } from './studio-context.ts';

/** Less than this share of a direction is worth a word; what is further down is little. */
const whole = 0.9;
const little = 0.3;

export function AttributeRow({ attribute }: { readonly attribute: string }) {
  const studio = useStudio();
  const { state } = studio;
  const facts = directionOf(state.model.value!, attribute);
  const label = labelOf(attribute);
  const movable = facts.boundary !== null;
  // Computed, so that a row is drawn again only where something of its own has changed.
  const locked = useComputed(() => state.edit.value.locks.includes(attribute)).value;
  const anyLocked = useComputed(() => state.edit.value.locks.length > 0).value;
  const moved = useComputed(() => state.edit.value.moves.some(move => move.attribute === attribute)).value;
  const active = useComputed(() => state.active.value === attribute).value;
  const residual = state.residuals.value[attribute] ?? 1;
  return (
    <li class="row" data-active={active} data-moved={moved}>
      <button
        type="button"
        class="lock"
        aria-pressed={locked}
        aria-label={`Lock ${label}`}
        title={movable ? (locked ? 'Unlock' : 'Lock: moves of others leave it as it is') : 'It cannot be locked'}
        disabled={!movable}
        onClick={() => toggleLock(studio, attribute)}
      >
        {locked ? <LockedIcon /> : <UnlockedIcon />}
      </button>
      <div class="row-main">
        <div class="row-head">
          <label class="name" for={`move-${attribute}`}>
            {label}
          </label>
          {!facts.controllable && (
            <span class="badge" title={facts.reason}>
              {movable ? 'unreliable' : 'cannot move'}
            </span>
          )}
          {movable && !locked && anyLocked && residual < whole && (
            <span class="left" title="How much of its direction the locks leave" data-low={residual < little}>
              {Math.round(100 * residual)} % left
            </span>
          )}
          {moved && (
            <button
              type="button"
              class="plain reset"
              aria-label={`Reset ${label}`}
              title="Reset"
              onClick={() => resetAttribute(studio, attribute)}
            >
              <ResetIcon />
            </button>
          )}
          <Values direction={facts} />
        </div>
        {movable ? (
          <Slider direction={facts} axis={axisOf(facts)} />
        ) : (
          <p class="reason" id={`move-${attribute}`}>
            {facts.reason ?? 'no direction was found for it'}
          </p>
        )}
      </div>
    </li>
  );
}

function Values({ direction: { column, attribute } }: { readonly direction: Direction }) {
  const { state } = useStudio();
  const figures = state.figures.value;
  const texts = (() => {
    if (state.units.value === 'distance' || column === undefined) {
      const [was, is] = [figures?.before.distances[attribute], figures?.after.distances[attribute]];
      return was === undefined || is === undefined ? [] : [distanceText(was), distanceText(is)];
    }
    const [was, is] = [figures?.before.probabilities[column], figures?.after.probabilities[column]];
    return was === undefined || is === undefined ? [] : [percentText(was), percentText(is)];
  })();
  const [was = '', is = ''] = texts;
  return (
    <span class="values">
      {was !== is && (
        <>
          <span class="was">{was.replace(/ [%σ]$/, '')}</span>
          <span aria-hidden="true"> → </span>
        </>
      )}
      <strong>{is}</strong>
    </span>
  );
}

function Slider({ direction, axis }: { readonly direction: Direction; readonly axis: Axis }) {
  const { attribute, column } = direction;
  const studio = useStudio();
  const { state } = studio;
  // The knob that is moved follows the hand; the others follow the figures.
  const wished = useComputed(() => {
    const move = state.edit.value.moves.find(each => each.attribute === attribute);
    return move?.kind === 'absolute' ? move.distance : undefined;
  }).value;
  const figures = state.figures.value;
  const now = wished ?? figures?.after.distances[attribute] ?? 0;
  const start = figures?.before.distances[attribute] ?? now;
  const probability = column === undefined ? undefined : figures?.after.probabilities[column];
  const input = useRef<HTMLInputElement>(null);
  const at = (distance: number) => `${(100 * (clip(distance, axis) - axis.low)) / (axis.high - axis.low)}%`;
  const [left, right] = [Math.min(now, start), Math.max(now, start)];
  const activate = () => {
    state.active.value = attribute;
  };
  return (
    <div
      class="slider"
      style={{
        '--safe-from': at(axis.safe?.[0] ?? 0),
        '--safe-to': at(axis.safe?.[1] ?? 0),
        '--from': at(left),
        '--to': at(right),
        '--start': at(start),
      }}
    >
      <span class="rail" aria-hidden="true" />
      {axis.safe && <span class="safe" aria-hidden="true" />}
      <span class="fill" aria-hidden="true" />
      <span class="tick" aria-hidden="true" />
      <input
        ref={input}
        id={`move-${attribute}`}
        type="range"
        min={axis.low}
        max={axis.high}
        step={0.01}
        value={clip(round(now), axis)}
        aria-valuetext={`${distanceText(now)}${probability === undefined ? '' : `, ${percentText(probability)}`}`}
        onPointerDown={activate}
        onFocus={activate}
        onKeyDown={event => {
          const step = { PageUp: 0.5, PageDown: -0.5 }[event.key];
          const coarse = { ArrowLeft: -0.1, ArrowDown: -0.1, ArrowRight: 0.1, ArrowUp: 0.1 }[event.key];
          const by = step ?? (event.shiftKey ? undefined : coarse);
          if (by === undefined) return;
          event.preventDefault();
          commitMove(studio, attribute, round(clip(now + by, axis)));
        }}
        onInput={event => previewMove(studio, attribute, Number(event.currentTarget.value))}
        onChange={event => commitMove(studio, attribute, Number(event.currentTarget.value))}
        onDblClick={() => resetAttribute(studio, attribute)}
      />
    </div>
  );
}

function clip(distance: number, { low, high }: Axis): number {
  return Math.min(high, Math.max(low, distance));
}
