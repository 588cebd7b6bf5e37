// The face before the edit and the one after it come to the screen together.
import { effect } from '@preact/signals';
import { expect, test, vi } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { applyEdit } from '../../../src/web/page/actions/edit/apply-edit.ts';
import { moved } from '../../../src/web/page/actions/edit/move-attribute.ts';
import { startRendering } from '../../../src/web/page/actions/session/render.ts';
import { faceOf, sameStart } from '../../../src/web/page/state/edits.ts';
import { createState, type Studio } from '../../../src/web/page/state/studio-state.ts';
import type { Drawn, Edit, Model } from '../../../src/web/shared/protocol.ts';

const directions = [{ attribute: 'Wearing_Lipstick' }];
const model = { name: 'm', sha256: 'a'.repeat(64), geometry: 'sphere', directions } as unknown as Model;

test('before and after are never of two faces, not even where one cannot be drawn', async () => {
  const draw = async (edit: Edit): Promise<Drawn> => {
    if (edit.moves.some(move => move.kind === 'absolute' && move.distance > 5))
      throw new UserError('cannot move Wearing_Lipstick so far');
    return { pixels: new Uint8ClampedArray(4), distances: {} };
  };
  const faceWorker = { draw, score: async () => new Float32Array() } as unknown as Studio['faceWorker'];
  const studio: Studio = { state: createState(), faceWorker };
  const { state } = studio;
  state.model.value = model;
  applyEdit(studio, faceOf(1), 'Face 1');
  const shown = (edit: Edit) => vi.waitFor(() => expect(state.shown.value?.edit).toBe(edit));
  const mixed: Edit[] = [];
  const ends = [
    startRendering(studio),
    effect(() => {
      const [before, after] = [state.before.value, state.shown.value];
      if (before && after && !sameStart(before.edit, after.edit)) mixed.push(after.edit);
    }),
  ];
  await shown(state.edit.value);
  applyEdit(studio, moved(faceOf(2), 'Young', 1), 'Face 2, edited');
  await shown(state.edit.value);
  applyEdit(studio, moved(faceOf(3), 'Young', 9), 'Face 3, edited');
  await vi.waitFor(() => expect(state.message.value?.text).toBe('Cannot move Lipstick so far'));
  await vi.waitFor(() => expect(state.edit.value).toMatchObject({ seed: 2 }));
  expect(state.before.value?.edit).toMatchObject({ seed: 2, moves: [] });
  expect(mixed).toEqual([]);
  for (const end of ends) end();
});
