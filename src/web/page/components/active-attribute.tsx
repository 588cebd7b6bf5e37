// All about the attribute in use: exact values to type, what moves with it, which locks mend that, what they leave.
import { useComputed } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { labelOf } from '../../shared/attribute-names.ts';
import { type Direction, directionOf } from '../../shared/direction.ts';
import { lockAll } from '../actions/lock.ts';
import { commitMove, resetAttribute } from '../actions/move-attribute.ts';
import { togglePlay } from '../actions/play.ts';
import { setProbability } from '../actions/set-probability.ts';
import { changeText, percentText } from '../format.ts';
import { companionsOf } from '../side-effects.ts';
import { LockedIcon, PauseIcon, PlayIcon, ResetIcon } from './icons.tsx';
import { useStudio } from './studio-context.ts';

/** With less of its direction left than this, a move hardly shows. */
const little = 0.3;

export function ActiveAttribute() {
  const studio = useStudio();
  const { state } = studio;
  const active = state.active.value;
  const label = labelOf(active);
  const attribute = directionOf(state.model.value!, active);
  const moved = useComputed(() => state.edit.value.moves.some(move => move.attribute === state.active.value)).value;
  const playing = useComputed(() => state.playing.value !== undefined).value;
  const figures = state.figures.value?.after;
  const [probability, distance] = [figures?.probabilities[attribute.column ?? -1], figures?.distances[active]];
  return (
    <section class="active-attribute" aria-label={`In use: ${label}`}>
      <div class="exact">
        <h2>{label}</h2>
        {attribute.boundary !== null && (
          <>
            {attribute.column !== undefined && (
              <Exact
                name={`${label}: probability in percent`}
                unit="%"
                value={probability === undefined ? '' : percentText(probability).replace(' %', '')}
                onSet={text => setProbability(studio, active, text)}
              />
            )}
            <Exact
              name={`${label}: distance in σ`}
              unit="σ"
              value={distance === undefined ? '' : distance.toFixed(2)}
              onSet={text => {
                const value = Number(text.replace('−', '-').replace(',', '.'));
                if (text.trim() !== '' && Number.isFinite(value)) commitMove(studio, active, value);
              }}
            />
            <button
              type="button"
              class="button square small"
              aria-label={`Reset ${label}`}
              title={`Reset ${label}`}
              disabled={!moved}
              onClick={() => resetAttribute(studio, active)}
            >
              <ResetIcon />
            </button>
            <Left attribute={active} />
            <button
              type="button"
              class="button small play"
              aria-pressed={playing}
              disabled={state.strip.value.length === 0}
              onClick={() => togglePlay(studio)}
            >
              {playing ? <PauseIcon /> : <PlayIcon />} {playing ? 'Stop' : 'Play'}
            </button>
          </>
        )}
      </div>
      <Companions />
    </section>
  );
}

interface ExactProps {
  readonly name: string;
  readonly unit: string;
  readonly value: string;
  readonly onSet: (text: string) => void;
}

function Exact({ name, unit, value, onSet }: ExactProps) {
  const input = useRef<HTMLInputElement>(null);
  const typed = useRef(false);
  const set = () => {
    if (!typed.current) return;
    typed.current = false;
    onSet(input.current!.value);
    input.current!.value = value;
  };
  return (
    <span class="exact-value">
      <input
        ref={input}
        class="field"
        inputMode="decimal"
        autocomplete="off"
        aria-label={name}
        title={`${name}; type another and press Enter`}
        value={value}
        onInput={() => {
          typed.current = true;
        }}
        onChange={set}
        onKeyDown={({ key }) => {
          if (key === 'Enter') set();
        }}
      />
      <span aria-hidden="true">{unit}</span>
    </span>
  );
}

/** Why it cannot be moved, or what else moves, and how much of the direction the locks leave. */
function Companions() {
  const studio = useStudio();
  const { state } = studio;
  const active = state.active.value;
  const model = state.model.value!;
  const attribute = directionOf(model, active);
  const locks = useComputed(() => state.edit.value.locks).value;
  if (attribute.boundary === null) {
    return <p class="companions">This model cannot move it: {attribute.reason ?? 'no direction was found'}.</p>;
  }
  const others = locks.filter(lock => lock !== active);
  const { movesWith, suggestedLocks } = companionsOf(model, attribute, state.strip.value);
  const missing = suggestedLocks.filter(lock => !others.includes(lock));
  const short = lockText(
    missing,
    movesWith.map(each => each.attribute),
  );
  const prefix = attribute.controllable ? 'Moves with' : 'also moves';
  return (
    <div class="companions">
      {!attribute.controllable && <span class="badge">unreliable</span>}
      <span class="moves-with" title={judgement(attribute)}>
        {!attribute.controllable &&
          `${attribute.reason ?? 'it hardly does what it says'}${movesWith.length > 0 ? '; ' : ''}`}
        {movesWith.length > 0 && `${prefix} `}
        {movesWith.map(({ attribute: other, change }, i) => (
          <span key={other}>
            {i > 0 && ', '}
            {labelOf(other)} <span class="figure">{changeText(change)}</span>
          </span>
        ))}
        {attribute.origin !== undefined && `Beyond the 40: ${attribute.origin}. `}
        {attribute.controllable && movesWith.length === 0 && 'Nothing else moves much with it.'}
      </span>
      {missing.length > 0 ? (
        <button
          type="button"
          class="button small lock-suggested"
          aria-label={/both|these/.test(short) ? `${short}: ${missing.map(labelOf).join(', ')}` : short}
          title={missing.map(labelOf).join(', ')}
          onClick={() => lockAll(studio, missing)}
        >
          <LockedIcon /> {short}
        </button>
      ) : (
        suggestedLocks.length > 0 && <span class="locked-word">locked</span>
      )}
    </div>
  );
}

/** "Both" and "these" are those that the line before names. */
function lockText(locks: readonly string[], named: readonly string[]): string {
  const theNamed = locks.length > 1 && locks.length === named.length && locks.every(lock => named.includes(lock));
  if (theNamed) return locks.length === 2 ? 'Lock both' : 'Lock these';
  return `Lock ${locks.map(labelOf).join(', ')}`;
}

/** What a network says that labelled nothing, where one was asked. */
function judgement({ judged }: Direction): string | undefined {
  if (judged === undefined) return undefined;
  const { faces, agreement, flips } = judged;
  return (
    `With the suggested locks, an independent network agrees on ${percentText(agreement)} of ${faces} faces, ` +
    `and ${percentText(flips)} of the other attributes change`
  );
}

/** How much of the direction the locks leave; the place is kept where nothing is locked. */
function Left({ attribute }: { readonly attribute: string }) {
  const { state } = useStudio();
  const locks = useComputed(() => state.edit.value.locks).value;
  const others = locks.filter(lock => lock !== attribute);
  if (others.length === 0) return <span class="left" />;
  const residual = state.residuals.value[attribute] ?? 1;
  return (
    <span class="left" data-low={residual < little} title={`Locked: ${others.map(labelOf).join(', ')}`}>
      <LockedIcon />
      <span>
        {Math.round(100 * residual)} % <span class="wide-only">of the direction </span>left
      </span>
    </span>
  );
}
