// The face with less to more of the attribute in use, in frames that can be taken as the face.
import './strip.css';
import { useComputed } from '@preact/signals';
import { labelOf } from '../../../shared/attribute-names.ts';
import { directionOf } from '../../../shared/shown-direction.ts';
import { takeFrame } from '../../actions/edit/take-frame.ts';
import { distanceText, percentText } from '../../display/wording.ts';
import { probabilitiesOf, standsAt } from '../../state/figures.ts';
import type { Thumbnail } from '../../state/studio-state.ts';
import { useStudio } from '../common/studio-context.ts';
import { ThumbnailButton } from '../gallery/thumbnail.tsx';

export function Strip() {
  const { state, act } = useStudio();
  const model = state.model.value!;
  const { attribute, frames } = state.strip.value;
  const now = useComputed(() =>
    standsAt(state.edit.value, state.strip.value.attribute, state.figures.value?.after),
  ).value;
  // Frames of another face or attribute stay where they are until those that are wanted are drawn, out of reach.
  const isStale = state.fittingStrip.value !== frames;
  const nearest = nearestTo(frames, attribute, now ?? 0);
  const { column } = directionOf(model, attribute);
  const showDistance = state.units.value === 'distance' || column === undefined;
  return (
    <ol class="strip" aria-label={`${labelOf(attribute)}, from less to more`} aria-busy={isStale}>
      {frames.map((each, i) => {
        const distance = distanceOf(each, attribute);
        const { frame } = each;
        const text = (() => {
          if ('problem' in frame) return '–';
          if (showDistance) return distanceText(distance);
          return percentText(probabilitiesOf(model, frame.logits)[column!]!);
        })();
        return (
          <li key={i}>
            <ThumbnailButton
              frame={frame}
              label={`${labelOf(attribute)} ${text}, ${distanceText(distance)}`}
              pressed={!isStale && i === nearest}
              waits={isStale}
              onPress={() => act(takeFrame, each)}
            />
            <span class="figure" aria-hidden="true">
              {text}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** @returns the signed distance that a frame of the strip of `attribute` was moved to. */
function distanceOf({ edit }: Thumbnail, attribute: string): number {
  const move = edit.moves.find(each => each.attribute === attribute);
  return move?.kind === 'absolute' ? move.distance : 0;
}

/** @returns the index of the frame within half a step of the face; undefined where there is none. */
function nearestTo(strip: readonly Thumbnail[], attribute: string, now: number): number | undefined {
  if (strip.length < 2) return undefined;
  const distances = strip.map(each => distanceOf(each, attribute));
  const step = distances[1]! - distances[0]!;
  const index = distances.findIndex(distance => Math.abs(distance - now) <= step / 2);
  return index < 0 ? undefined : index;
}
