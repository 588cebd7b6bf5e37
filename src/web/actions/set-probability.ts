// Finds where one attribute has the probability that was typed, on this face, and moves it there.
import { columnOf, labelOf } from '../attribute-names.ts';
import { axisOf, crossing, type Point, round, stops } from '../engine/axis.ts';
import { percentText } from '../format.ts';
import { probabilitiesOf, type Studio } from '../state.ts';
import { applyEdit } from './apply-edit.ts';
import { tellProblem } from './messages.ts';
import { moved } from './move-attribute.ts';

/** Faces that are drawn to find it, twice: over the whole range, then between the two that it lies between. */
const points = 11;

/** @param text a percentage from 1 to 99, as typed. */
export async function setProbability(studio: Studio, attribute: string, text: string): Promise<void> {
  const { state } = studio;
  const percent = Number(text.replace('%', '').replace(',', '.'));
  if (text.trim() === '' || !(percent >= 1 && percent <= 99)) {
    tellProblem(state, `a probability must be from 1 to 99 %; got "${text.slice(0, 30)}"`);
    return;
  }
  const wanted = percent / 100;
  const edit = state.edit.value;
  const axis = axisOf(state.model.value!.attributes[columnOf(attribute)]!);
  const near = state.shown.value?.distances[attribute] ?? 0;
  const coarse = await measure(studio, attribute, stops({ ...axis, safe: undefined }, points));
  const rough = crossing(coarse, wanted, near);
  if (rough === undefined) {
    const reached = coarse.map(({ probability }) => probability);
    tellProblem(
      state,
      `this face cannot be ${percentText(wanted)} ${labelOf(attribute)}: ` +
        `it reaches ${percentText(Math.min(...reached))} to ${percentText(Math.max(...reached))} here. ` +
        'Type a number between them, or unlock something',
    );
    return;
  }
  const { low, high } = rough;
  const between = stops({ low: low.distance, high: high.distance, safe: undefined }, points);
  const fine = crossing(await measure(studio, attribute, between), wanted, near) ?? rough;
  if (state.edit.value !== edit) return; // someone went on meanwhile
  const distance = round(fine.distance);
  applyEdit(studio, moved(edit, attribute, distance), `${labelOf(attribute)} to ${percentText(wanted)}`);
}

/** Distances that this face cannot go to are left out. */
async function measure({ state, engine }: Studio, attribute: string, distances: readonly number[]): Promise<Point[]> {
  const model = state.model.value!;
  const frames = await engine.frames(distances.map(distance => moved(state.edit.value, attribute, distance)));
  return frames.flatMap((frame, i) => {
    if ('problem' in frame) return [];
    return [{ distance: distances[i]!, probability: probabilitiesOf(model, frame.logits)[columnOf(attribute)]! }];
  });
}
