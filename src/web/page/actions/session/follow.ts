// Keeps strip, residuals, link and recent faces up to date with the edit.
import { effect } from '@preact/signals';
import { formatLink } from '../../../shared/link.ts';
import type { Edit, Frame } from '../../../shared/protocol.ts';
import { directionOf } from '../../../shared/shown-direction.ts';
import { axisOf, stops } from '../../display/slider-axis.ts';
import { sameEdit } from '../../state/edits.ts';
import type { Studio } from '../../state/studio-state.ts';
import { committed } from '../edit/apply-edit.ts';
import { moved } from '../edit/move-attribute.ts';
import { rememberRecent } from '../faces/recent-faces.ts';
import { photoSafeRange } from '../photo/open-portraits.ts';
import { debounced, throttled } from './pacing.ts';

/** Frames of a strip. */
const frames = 9;

/** Milliseconds without a change before the strip is drawn again, so that a moving slider has the machine to itself. */
const quiet = 150;

/** Milliseconds between changes of the address, and changes at once: Safari allows a hundred in half a minute. */
const [linkEvery, linksAtOnce] = [350, 14];

/** @returns a function that ends it all. */
export function startFollowing(studio: Studio): () => void {
  const ends = [followStrip(studio), followResiduals(studio), followLink(studio)];
  return () => {
    for (const end of ends) end();
  };
}

function followStrip(studio: Studio): () => void {
  const { state, faceWorker } = studio;
  const draw = debounced(quiet, async () => {
    const [edit, active] = [state.edit.value, state.active.value];
    const attribute = directionOf(state.model.value!, active);
    if (attribute.boundary === null) {
      state.strip.value = { attribute: active, frames: [] };
      return;
    }
    const axis = axisOf(attribute, photoSafeRange(state, active));
    const edits = stops(axis, frames).map(distance => committed(studio, moved(edit, active, distance)));
    const known = state.strip.value.frames;
    const isDrawn = (wanted: Edit, i: number) =>
      known[i] !== undefined && sameEdit(known[i].edit, wanted) && !('problem' in known[i].frame);
    if (edits.every(isDrawn)) return; // only the attribute itself has moved
    // A held frame takes the worker some 50 ms: asked for one by one, they give way to a slider that moves meanwhile.
    const atOnce = edits[0]!.hold === 'field' ? 1 : frames;
    const drawn: Frame[] = [];
    while (drawn.length < frames) {
      drawn.push(...(await faceWorker.frames(edits.slice(drawn.length, drawn.length + atOnce))));
      if (state.active.value !== active || state.edit.value !== edit) return;
    }
    state.strip.value = { attribute: active, frames: drawn.map((frame, i) => ({ edit: edits[i]!, frame })) };
  });
  return effect(() => {
    state.edit.value;
    state.active.value;
    state.portrait.value; // the frames of a photo that comes back can be drawn only then
    draw();
  });
}

function followResiduals(studio: Studio): () => void {
  const { state, faceWorker } = studio;
  const ask = debounced(quiet, async () => {
    const asked = state.edit.value;
    if (asked.locks.length === 0) return;
    const edit = committed(studio, asked);
    const movable = state.model.value!.directions.filter(({ boundary }) => boundary !== null);
    const holds = movable.map(
      ({ attribute }) => [attribute, committed(studio, moved(edit, attribute, 0)).hold] as const,
    );
    const request = { edit, holds: Object.fromEntries(holds) };
    const residuals = await faceWorker.residuals(request).catch(() => undefined); // drawing the edit tells why not
    if (residuals !== undefined && state.edit.value === asked) state.residuals.value = residuals;
  });
  return effect(() => {
    state.edit.value;
    state.portrait.value; // as the strip
    ask();
  });
}

function followLink(studio: Studio): () => void {
  const { state } = studio;
  const write = throttled(
    linkEvery,
    (edit: Edit) => history.replaceState(null, '', `#${formatLink(edit, state.model.value!)}`),
    linksAtOnce,
  );
  return effect(() => {
    const { entries, at } = state.history.value;
    const entry = entries[at];
    if (entry === undefined) return;
    write(entry.edit);
    rememberRecent(studio, entry.edit);
  });
}
