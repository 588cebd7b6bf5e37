// The face with less to more of the attribute in use, in frames that can be taken as the face.
import './strip.css';
import { labelOf } from '../../../shared/attribute-names.ts';
import { directionOf } from '../../../shared/shown-direction.ts';
import { takeFrame } from '../../actions/edit/take-frame.ts';
import { distanceText, percentText } from '../../display/wording.ts';
import { probabilitiesOf } from '../../state/figures.ts';
import type { Thumbnail } from '../../state/studio-state.ts';
import { useStudio } from '../common/studio-context.ts';
import { ThumbnailButton } from '../gallery/thumbnail.tsx';

export function Strip() {
  const { state, act } = useStudio();
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
