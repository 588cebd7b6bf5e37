// The slider of one attribute: where it began, where it is, and its safe range.
import './attribute-slider.css';
import { useComputed } from '@preact/signals';
import type { ShownDirection } from '../../../shared/shown-direction.ts';
import { settlePreview } from '../../actions/edit/apply-edit.ts';
import { commitMove, previewMove, resetAttribute } from '../../actions/edit/move-attribute.ts';
import { photoSafeRange } from '../../actions/photo/open-portraits.ts';
import { chooseActive } from '../../actions/view/choose.ts';
import { type Axis, axisOf, round } from '../../display/slider-axis.ts';
import { distanceText, percentText } from '../../display/wording.ts';
import { standsAt } from '../../state/figures.ts';
import { useStudio } from '../common/studio-context.ts';

/** The slider's own keys, for the help's list. */
export const sliderKeys = {
  keys: ['←', '→'],
  help: 'on a slider: a tenth of σ; with Shift a hundredth; Page up and Page down half a σ',
} as const;

/** Milliseconds within which a browser tells of a change after the pointer was let go. */
const toldWithin = 100;

export function AttributeSlider({ direction }: { readonly direction: ShownDirection }) {
  const { attribute, column } = direction;
  const { state, act } = useStudio();
  const axis = axisOf(direction, useComputed(() => photoSafeRange(state, attribute)).value);
  const figures = state.figures.value;
  // The knob that is moved follows the hand at once; the others follow the figures.
  const now = useComputed(() => standsAt(state.edit.value, attribute, state.figures.value?.after)).value ?? 0;
  const start = figures?.before.distances[attribute] ?? now;
  const probability = column === undefined ? undefined : figures?.after.probabilities[column];
  const at = (distance: number) => `${(100 * (clip(distance, axis) - axis.low)) / (axis.high - axis.low)}%`;
  const [left, right] = [Math.min(now, start), Math.max(now, start)];
  const activate = () => act(chooseActive, attribute);
  // Browsers tell of no change where a drag ends at the value that it began with; of any other they have told by then.
  const settle = () => {
    const preview = state.edit.value;
    setTimeout(() => act(settlePreview, preview), toldWithin);
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
        id={`move-${attribute}`}
        type="range"
        min={axis.low}
        max={axis.high}
        step={0.01}
        value={clip(round(now), axis)}
        aria-valuetext={`${distanceText(now)}${probability === undefined ? '' : `, ${percentText(probability)}`}`}
        onPointerDown={activate}
        onPointerUp={settle}
        onPointerCancel={settle}
        onFocus={activate}
        onKeyDown={event => {
          const by = stepOf(event);
          if (by === undefined) return;
          event.preventDefault();
          if (by > 0 ? now > axis.high : now < axis.low) return; // typed: the end of the slider would be a step back
          act(commitMove, attribute, round(clip(now + by, axis)));
        }}
        onInput={event => act(previewMove, attribute, Number(event.currentTarget.value))}
        onChange={event => act(commitMove, attribute, Number(event.currentTarget.value))}
        onDblClick={() => act(resetAttribute, attribute)}
      />
    </div>
  );
}

function clip(distance: number, { low, high }: Axis): number {
  return Math.min(high, Math.max(low, distance));
}

/** @returns the step of a key, in σ; undefined for keys that the browser handles, such as Shift with an arrow or Alt, which goes back a page. */
function stepOf({ key, shiftKey, altKey, ctrlKey, metaKey }: KeyboardEvent): number | undefined {
  if (altKey || ctrlKey || metaKey) return undefined;
  const page = { PageUp: 0.5, PageDown: -0.5 }[key];
  const arrow = { ArrowLeft: -0.1, ArrowDown: -0.1, ArrowRight: 0.1, ArrowUp: 0.1 }[key];
  return page ?? (shiftKey ? undefined : arrow);
}
