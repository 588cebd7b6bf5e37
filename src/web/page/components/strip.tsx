// The active attribute from less to more, everything else as it is: frames to take, and the film of them.

import { labelOf } from '../../shared/attribute-names.ts';
import { directionOf } from '../../shared/direction.ts';
import { takeFrame } from '../actions/take-frame.ts';
import { distanceText, percentText } from '../format.ts';
import { probabilitiesOf, type Thumbnail } from '../state.ts';
import { useStudio } from './studio-context.ts';
import { ThumbnailButton } from './thumbnail.tsx';

export function Strip() {
  const studio = useStudio();
  const { state } = studio;
  const active = state.active.value;
  const model = state.model.value!;
  const now = state.figures.value?.after.distances[active] ?? 0;
  const strip = state.strip.value;
  const nearest = nearestTo(strip, active, now);
  const { column } = directionOf(model, active);
  const showDistance = state.units.value === 'distance' || column === undefined;
  return (
    <ol class="strip" aria-label={`${labelOf(active)}, from less to more`}>
      {strip.map((each, i) => {
        const distance = distanceOf(each, active);
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
              label={`${labelOf(active)} ${text}, ${distanceText(distance)}`}
              pressed={i === nearest}
              onPress={() => takeFrame(studio, each)}
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

/** Where a frame of the strip of `attribute` stands. */
function distanceOf({ edit }: Thumbnail, attribute: string): number {
  const move = edit.moves.find(each => each.attribute === attribute);
  return move?.kind === 'absolute' ? move.distance : 0;
}

/** The frame that looks most like the face, unless the face is further away than half a step. */
function nearestTo(strip: readonly Thumbnail[], attribute: string, now: number): number | undefined {
  if (strip.length < 2) return undefined;
  const distances = strip.map(each => distanceOf(each, attribute));
  const step = distances[1]! - distances[0]!;
  const index = distances.findIndex(distance => Math.abs(distance - now) <= step / 2);
  return index < 0 ? undefined : index;
}
