// Undo and redo, and what becomes of edits that cannot be drawn.
import { beforeEach, expect, test, vi } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import {
  applyEdit,
  editFailed,
  editWorked,
  previewEdit,
  settlePreview,
} from '../../../src/web/page/actions/edit/apply-edit.ts';
import { holdByField } from '../../../src/web/page/actions/edit/hold-by-field.ts';
import { toggleLock } from '../../../src/web/page/actions/edit/lock.ts';
import {
  commitMove,
  moved,
  previewMove,
  resetAttribute,
  setDistance,
} from '../../../src/web/page/actions/edit/move-attribute.ts';
import { redo } from '../../../src/web/page/actions/edit/redo.ts';
import { resetAll } from '../../../src/web/page/actions/edit/reset-all.ts';
import { setProbability } from '../../../src/web/page/actions/edit/set-probability.ts';
import { takeFrame } from '../../../src/web/page/actions/edit/take-frame.ts';
import { undo } from '../../../src/web/page/actions/edit/undo.ts';
import { faceOf } from '../../../src/web/page/state/edits.ts';
import { createState, type Studio } from '../../../src/web/page/state/studio-state.ts';
import type { Edit, Model } from '../../../src/web/shared/protocol.ts';

let studio: Studio;
beforeEach(() => {
  vi.useFakeTimers();
  studio = { state: createState(), faceWorker: undefined as never }; // none of these draws
  applyEdit(studio, faceOf(1), 'Face 1');
});
const labels = () => studio.state.history.value.entries.map(({ label }) => label);
const edit = () => studio.state.edit.value;

test('goes back and forth, and forgets what was undone once something else is done', () => {
  commitMove(studio, 'Young', -1);
  toggleLock(studio, 'Male');
  expect(edit()).toMatchObject({ moves: [{ attribute: 'Young', distance: -1 }], locks: ['Male'] });
  undo.perform(studio);
  expect(edit().locks).toEqual([]);
  redo.perform(studio);
  expect(edit().locks).toEqual(['Male']);
  undo.perform(studio);
  undo.perform(studio);
  undo.perform(studio); // there is nothing more
  expect(edit()).toEqual(faceOf(1));
  toggleLock(studio, 'Young');
  redo.perform(studio);
  expect(labels()).toEqual(['Face 1', 'Young locked']);
});

test('what is moved without a break is one step, and what changes nothing is none', () => {
  commitMove(studio, 'Young', -1);
  vi.advanceTimersByTime(500);
  commitMove(studio, 'Young', -1.1);
  vi.advanceTimersByTime(900);
  commitMove(studio, 'Young', -1.2);
  expect(labels()).toEqual(['Face 1', 'Young to −1.20 σ']);
  vi.advanceTimersByTime(1100);
  commitMove(studio, 'Young', -1.3);
  commitMove(studio, 'Young', -1.3);
  applyEdit(studio, { ...edit() }, 'the same');
  expect(labels()).toEqual(['Face 1', 'Young to −1.20 σ', 'Young to −1.30 σ']);
});

test('the last 200 steps are kept', () => {
  for (let step = 1; step <= 300; step++) commitMove(studio, step % 2 ? 'Young' : 'Male', step / 100);
  const { entries, at } = studio.state.history.value;
  expect([entries.length, at]).toEqual([200, 199]);
});

test('a preview that nothing came of leaves the face and the history as they were', () => {
  commitMove(studio, 'Young', 1);
  const before = edit();
  previewMove(studio, 'Male', 2);
  previewMove(studio, 'Male', 0); // dragged back
  expect(edit()).not.toBe(before);
  const preview = edit();
  settlePreview(studio, preview);
  expect(edit()).toBe(before);
  previewMove(studio, 'Smiling', 1); // of another slider, before the first one settles
  const other = edit();
  settlePreview(studio, preview);
  expect(edit()).toBe(other);
  settlePreview(studio, other);
  commitMove(studio, 'Male', 2);
  const moved = edit();
  settlePreview(studio, preview); // what was committed stays
  expect(edit()).toBe(moved);
  expect(labels()).toEqual(['Face 1', 'Young to +1.00 σ', 'Male to +2.00 σ']);
});

test('a typed distance is gone to, with a comma and a true minus too; what is none, or too far, is told', () => {
  setDistance(studio, 'Young', '−1,5 σ');
  expect(edit()).toEqual(moved(faceOf(1), 'Young', -1.5));
  for (const text of ['far', ' ', '95', '−12.1', '1e999']) {
    setDistance(studio, 'Young', text);
    expect(studio.state.message.value?.text).toBe(`A distance must be from −12 to 12 σ; got "${text}"`);
  }
  expect(labels()).toEqual(['Face 1', 'Young to −1.50 σ']);
});

test('a typed probability is reached though another slider moves meanwhile, not on another face', async () => {
  studio.faceWorker = { distanceFor: async () => 1.2345 } as unknown as Studio['faceWorker'];
  const answered = setProbability(studio, 'Young', '95');
  previewMove(studio, 'Male', 2);
  await answered;
  commitMove(studio, 'Male', 2.5);
  expect(edit()).toEqual(moved(moved(faceOf(1), 'Young', 1.235), 'Male', 2.5));
  expect(labels()).toEqual(['Face 1', 'Young to 95 %', 'Male to +2.50 σ']);
  const late = setProbability(studio, 'Young', '5');
  applyEdit(studio, faceOf(2), 'Face 2');
  await late;
  expect(edit()).toEqual(faceOf(2));
  studio.faceWorker.distanceFor = async () => {
    throw new UserError('it cannot be reached');
  };
  expect(studio.state.searches.value.size).toBe(0);
  const isWanted = () => studio.state.searches.value.get('Young')?.();
  const refused = setProbability(studio, 'Young', '5');
  expect(isWanted()).toBe(true);
  applyEdit(studio, faceOf(3), 'Face 3');
  expect(isWanted()).toBe(false); // nor is it shown as being searched for
  await refused;
  expect(studio.state.searches.value.size).toBe(0);
  expect(studio.state.message.value).toBeUndefined();
});

test('a typed probability is searched for again where another attribute was moved or locked meanwhile', async () => {
  const asked: unknown[] = [];
  const distanceFor = async ({ edit }: { edit: Edit }) => asked.push(edit.locks) + 0.5;
  studio.faceWorker = { distanceFor } as unknown as Studio['faceWorker'];
  const answered = setProbability(studio, 'Young', '95');
  toggleLock(studio, 'Male');
  await answered;
  expect(asked).toEqual([[], ['Male']]);
  expect(edit()).toEqual({ ...moved(faceOf(1), 'Young', 2.5), locks: ['Male'] });
  expect(labels()).toEqual(['Face 1', 'Male locked', 'Young to 95 %']);
});

test.each<[string, () => void]>([
  ['its own slider', () => commitMove(studio, 'Young', 2.5)],
  ['a reset of all', () => resetAll.perform(studio)],
  ['a step back', () => undo.perform(studio)],
])('a typed probability gives way to %s', async (_, act) => {
  studio.faceWorker = { distanceFor: async () => 1.5 } as unknown as Studio['faceWorker'];
  toggleLock(studio, 'Male');
  const answered = setProbability(studio, 'Young', '30');
  act();
  const after = edit();
  await answered;
  expect(edit()).toBe(after);
});

test('of two typed probabilities the later one counts, whichever is found first', async () => {
  const found: ((distance: number) => void)[] = [];
  const searched = () => [...studio.state.searches.value.keys()];
  const distanceFor = () => new Promise<number>(resolve => found.push(resolve));
  studio.faceWorker = { distanceFor } as unknown as Studio['faceWorker'];
  const both = ['40', '60'].map(text => setProbability(studio, 'Young', text));
  expect(searched()).toEqual(['Young']);
  found[1]!(2);
  await both[1];
  expect(searched()).toEqual([]);
  found[0]!(1);
  await both[0];
  expect(labels()).toEqual(['Face 1', 'Young to 60 %']);
});

test('probabilities typed for two attributes are both reached, the one along with the other', async () => {
  const distanceFor = async ({ edit }: { edit: Edit }) => 1 + edit.moves.length;
  studio.faceWorker = { distanceFor } as unknown as Studio['faceWorker'];
  await Promise.all([setProbability(studio, 'Young', '40'), setProbability(studio, 'Male', '60')]);
  expect(edit()).toEqual(moved(moved(faceOf(1), 'Young', 1), 'Male', 2));
});

test('layers of a move go with it, and with a curve', () => {
  const layered = {
    ...moved(moved(edit(), 'Young', 1), 'Male', 1),
    layers: { Young: [0, 2], Male: [1, 2] },
  } satisfies Edit;
  applyEdit(studio, layered, 'From a recipe');
  resetAttribute(studio, 'Young');
  expect(edit().layers).toEqual({ Male: [1, 2] });
  holdByField.perform(studio);
  expect(edit()).toMatchObject({ hold: 'field' });
  expect(edit()).not.toHaveProperty('layers');
});

test('a frame of a strip keeps the way to hold that was chosen since', () => {
  const frame = { pixels: new Uint8ClampedArray(4), distances: {}, logits: new Float32Array() };
  const strip = moved(edit(), 'Young', 1); // in a straight line
  applyEdit(studio, { ...edit(), hold: 'field' }, 'held', { choosesHold: true });
  takeFrame(studio, { edit: strip, frame });
  expect(edit()).toEqual({ ...strip, hold: 'field' });
});

test('a frame that cannot be drawn says why, with the names that attributes have here', () => {
  studio.state.model.value = { directions: [{ attribute: 'No_Beard' }] } as unknown as Model;
  takeFrame(studio, { edit: moved(edit(), 'No_Beard', 1), frame: { problem: 'cannot move No_Beard: it is locked' } });
  expect(studio.state.message.value?.text).toBe('Cannot move No beard: it is locked');
  expect(labels()).toEqual(['Face 1']);
});

test('a reset takes back one attribute or all', () => {
  commitMove(studio, 'Young', 1);
  commitMove(studio, 'Male', 1);
  toggleLock(studio, 'Smiling');
  resetAttribute(studio, 'Young');
  expect(edit()).toEqual({ ...moved(faceOf(1), 'Male', 1), locks: ['Smiling'] });
  applyEdit(studio, { ...edit(), layers: { Male: [0, 1] } }, 'From a recipe');
  resetAll.perform(studio);
  expect(edit()).toEqual(faceOf(1));
});

test('an edit that was refused is taken back, with its reason; a preview only says why', () => {
  const refusal = new UserError('there is no room');
  const good = edit();
  commitMove(studio, 'Young', 90);
  editFailed(studio, edit(), good, refusal);
  expect(edit()).toBe(good);
  const told = { text: 'There is no room', kind: 'refused' };
  expect(studio.state.message.value).toEqual({ ...told, besides: good }); // over once another edit is on the screen
  expect(labels()).toEqual(['Face 1']);

  previewEdit(studio, moved(good, 'Young', 3));
  const drawn = edit();
  previewEdit(studio, moved(good, 'Young', 91));
  const preview = edit();
  editFailed(studio, preview, drawn, refusal);
  expect(edit()).toBe(preview); // the hand still holds the slider
  expect(studio.state.message.value).toEqual({ ...told, besides: drawn }); // which is on the screen until another is
});

test('a refused step leaves no trace: not the preview before it, nor what it merged with, nor what could be redone', () => {
  const refusal = new UserError('the way is too long');
  toggleLock(studio, 'Male');
  editWorked(studio, edit());
  const locked = edit();
  previewMove(studio, 'Young', 4);
  const preview = edit(); // drawn in a straight line
  commitMove(studio, 'Young', 4);
  editFailed(studio, edit(), preview, refusal);
  expect(edit()).toBe(locked);
  expect(labels()).toEqual(['Face 1', 'Male locked']);

  commitMove(studio, 'Young', 3.8);
  editWorked(studio, edit());
  const works = edit();
  commitMove(studio, 'Young', 3.9); // at once, one step with the one before
  editFailed(studio, edit(), works, refusal);
  expect(edit()).toBe(works);
  expect(labels()).toEqual(['Face 1', 'Male locked', 'Young to +3.80 σ']);

  undo.perform(studio);
  editWorked(studio, edit());
  commitMove(studio, 'Smiling', 9);
  commitMove(studio, 'Smiling', 10); // neither was drawn when the second is refused, then the first
  editFailed(studio, edit(), locked, refusal);
  expect(edit().moves).toMatchObject([{ attribute: 'Smiling', distance: 9 }]);
  editFailed(studio, edit(), locked, refusal);
  expect(edit()).toBe(locked);
  redo.perform(studio);
  expect(edit()).toBe(works);
});

test('a first face that cannot be drawn gives way to one that can', () => {
  studio.state.history.value = { entries: [], at: -1 };
  applyEdit(studio, moved(faceOf(3), 'Young', 90), 'from a link');
  editFailed(studio, edit(), faceOf(0), new UserError('there is no room'));
  expect(edit()).toEqual(faceOf(0));
  expect(labels()).toEqual(['Face 0']);
  expect(() => editFailed(studio, edit(), faceOf(0), new Error('ours'))).toThrow('ours');
});

test('a slider that moves is drawn in a straight line; let go, the locks hold as before', () => {
  const held = { ...faceOf(1), locks: ['Male'], hold: 'field' as const };
  applyEdit(studio, held, 'Held');
  previewMove(studio, 'Young', 1);
  expect(edit()).toEqual({ ...moved(held, 'Young', 1), hold: 'linear' });
  commitMove(studio, 'Young', 1.5);
  expect(edit()).toEqual(moved(held, 'Young', 1.5));
  applyEdit(studio, { ...held, hold: 'linear' }, 'From a link of before');
  previewMove(studio, 'Young', 1);
  commitMove(studio, 'Young', 1);
  expect(edit().hold).toBe('linear');
});

test('an edit holds as is usual for all that it moves, until the person chooses', () => {
  const facts = (attribute: string) => ({ attribute, boundary: { intercept: 0 }, controllable: true });
  const directions = [{ ...facts('Young'), hold: 'field' as const }, facts('Male')];
  studio.state.model.value = { directions, hasField: true, geometry: 'sphere' } as unknown as Model;
  applyEdit(studio, faceOf(1), 'Face 1');
  commitMove(studio, 'Young', 1);
  expect(edit().hold).toBe('field');
  commitMove(studio, 'Male', 1);
  expect(edit().hold).toBe('linear'); // one edit, one way
  resetAttribute(studio, 'Male');
  expect(edit().hold).toBe('field');
  holdByField.perform(studio);
  commitMove(studio, 'Young', 2);
  expect(edit().hold).toBe('linear'); // chosen
  commitMove(studio, 'Male', 1); // usual here, and chosen all the same
  resetAttribute(studio, 'Male');
  expect(edit().hold).toBe('linear');
  resetAll.perform(studio);
  commitMove(studio, 'Young', 1);
  expect(edit().hold).toBe('linear');
  applyEdit(studio, faceOf(2), 'Face 2');
  commitMove(studio, 'Young', 1);
  expect(edit().hold).toBe('field'); // another face
  previewMove(studio, 'Young', 2);
  toggleLock(studio, 'Male'); // by its key, while the slider is held
  expect(edit()).toMatchObject({ hold: 'field', locks: ['Male'] });
  applyEdit(studio, { ...faceOf(3), layers: { Young: [0, 1] } }, 'From a recipe');
  commitMove(studio, 'Young', 1);
  expect(edit().hold).toBe('linear'); // along a curve all layers go
});

test('an edit that is refused late leaves the step that was gone to meanwhile', () => {
  commitMove(studio, 'Young', 90);
  const refused = edit();
  applyEdit(studio, faceOf(2), 'Face 2');
  editFailed(studio, refused, faceOf(1), new UserError('there is no room'));
  expect(edit()).toEqual(faceOf(2));
  expect(studio.state.message.value).toMatchObject({ besides: edit() });
  expect(labels()).toEqual(['Face 1', 'Face 2']);
  expect(studio.state.history.value.at).toBe(1);
});

test('the way locks hold is a step of the history, and links and later moves keep it', () => {
  holdByField.perform(studio);
  expect(edit().hold).toBe('field');
  expect(holdByField.pressed!(studio.state)).toBe(true);
  commitMove(studio, 'Young', 1);
  expect(edit().hold).toBe('field');
  undo.perform(studio);
  undo.perform(studio);
  expect(edit().hold).toBe('linear');
  expect(holdByField.enabled!(studio.state)).toBe(false); // no model says that it has a field
});
