// One film is recorded at a time, and none that failed or was given up keeps the next one from being recorded. Frames
// that cannot be drawn make none, and the reason is told.
import { beforeEach, expect, test, vi } from 'vitest';
import { exportFilm, exportStrip } from '../../../src/web/page/actions/files/export.ts';
import { load } from '../../../src/web/page/actions/session/load.ts';
import { play } from '../../../src/web/page/actions/view/play.ts';
import { portraitEdit } from '../../../src/web/page/state/edits.ts';
import { createState, type OpenPortrait, type Shown, type Studio } from '../../../src/web/page/state/studio-state.ts';
import type { Frame, LoadRequest, Model } from '../../../src/web/shared/protocol.ts';

let studio: Studio;
/** Ends the wait of each film for its frames, with none. */
let answers: (() => void)[];
beforeEach(() => {
  vi.stubGlobal('MediaRecorder', { isTypeSupported: () => true });
  answers = [];
  const fullFrames = () => new Promise<Frame[]>(resolve => answers.push(() => resolve([])));
  const faceWorker = { fullFrames, load: () => new Promise(() => {}) };
  studio = { state: createState(), faceWorker: faceWorker as unknown as Studio['faceWorker'] };
});

function showPhoto({ state }: Studio): void {
  state.edit.value = portraitEdit('ab');
  state.portrait.value = { sha256: 'ab' } as OpenPortrait;
  state.shown.value = { pixels: new Uint8ClampedArray(4), edit: state.edit.value } as unknown as Shown;
}

test('without a face on the screen none is recorded, and the next one is', async () => {
  await exportFilm(studio, 64);
  expect(studio.state.message.value?.text).toBe('No face is on the screen yet. Wait a second');
  showPhoto(studio);
  exportFilm(studio, 64);
  exportFilm(studio, 64); // one at a time
  expect(answers.length).toBe(1);
});

test('a film of before the model was loaded again neither keeps the next one waiting nor ends it', async () => {
  showPhoto(studio);
  const first = exportFilm(studio, 64);
  load(studio, {} as LoadRequest);
  showPhoto(studio);
  const second = exportFilm(studio, 64);
  expect(answers.length).toBe(2);
  answers[0]!();
  await first;
  expect(studio.state.recording.value).toBeTypeOf('symbol');
  answers[1]!();
  await second;
  expect(studio.state.recording.value).toBeUndefined();
});

test('a strip of which no frame can be drawn is neither played nor saved, and saving says why', async () => {
  const { state } = studio;
  state.model.value = { directions: [{ attribute: 'No_Beard' }] } as unknown as Model;
  state.shown.value = { pixels: new Uint8ClampedArray(4), edit: state.edit.value } as unknown as Shown;
  const undrawn = { edit: state.edit.value, frame: { problem: 'cannot move No_Beard: it is locked' } };
  state.strip.value = { attribute: state.active.value, frames: [undrawn, undrawn] };
  expect(play.enabled!(state)).toBe(false);
  for (const save of [exportStrip, exportFilm]) {
    state.message.value = undefined;
    await save(studio, 64);
    expect(state.message.value).toMatchObject({ text: 'Cannot move No beard: it is locked' });
  }
});
