// Faces to start from, and the strip: which are drawn, remembered, and taken for those of the face on the screen.
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Bundle } from '../../../src/core/editor/bundle.ts';
import { applyEdit } from '../../../src/web/page/actions/edit/apply-edit.ts';
import { toggleLock } from '../../../src/web/page/actions/edit/lock.ts';
import { commitMove, moved, previewMove } from '../../../src/web/page/actions/edit/move-attribute.ts';
import { moreFaces } from '../../../src/web/page/actions/faces/more-faces.ts';
import { startFollowing } from '../../../src/web/page/actions/session/follow.ts';
import { faceOf, portraitEdit } from '../../../src/web/page/state/edits.ts';
import { standsAt } from '../../../src/web/page/state/figures.ts';
import { createState, type OpenPortrait, type Studio } from '../../../src/web/page/state/studio-state.ts';
import { formatLink } from '../../../src/web/shared/link.ts';
import type { Edit, FaceWorker, Frame, LoadRequest, Model } from '../../../src/web/shared/protocol.ts';
import { parseLink } from '../../../src/web/worker/read-link.ts';

const model = { name: 'm', sha256: 'a'.repeat(64), geometry: 'linear', psi: 0.7, directions: [] } as unknown as Model;
const drawn: Frame = { pixels: new Uint8ClampedArray(4), distances: {}, logits: new Float32Array() };

/** A studio whose worker draws all but photos, a little later. */
function makeStudio(): Studio {
  const faceWorker = {
    frames: async (edits: readonly Edit[]) => {
      await Promise.resolve();
      return edits.map(edit => ('portrait' in edit ? { problem: 'of a photo that is not open' } : drawn));
    },
    readLink: async (text: string) => parseLink(text, model as unknown as Bundle),
  } as unknown as FaceWorker;
  const studio = { state: createState(), faceWorker } as Studio;
  studio.state.model.value = model;
  return studio;
}

const seeds = (list: readonly { readonly edit: Edit }[]) =>
  list.map(({ edit }) => ('seed' in edit ? edit.seed : 'photo'));

test('more faces, asked for twice at once, come once and in order, and none is left out later', async () => {
  const studio = makeStudio();
  await Promise.all([moreFaces.perform(studio), moreFaces.perform(studio)]);
  expect(seeds(studio.state.gallery.value)).toEqual(Array.from({ length: 24 }, (_, seed) => seed));
  await moreFaces.perform(studio);
  expect(seeds(studio.state.gallery.value)).toEqual(Array.from({ length: 48 }, (_, seed) => seed));
});

test('a model that is opened again brings its first faces once', async () => {
  vi.stubGlobal('history', { replaceState: () => {} });
  vi.stubGlobal('location', { hash: '' });
  vi.stubGlobal('navigator', {}); // without service workers
  vi.useFakeTimers();
  vi.resetModules(); // what it remembers of the last face is no other test's
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  const { load } = await import('../../../src/web/page/actions/session/load.ts');
  const studio = makeStudio();
  const young = { attribute: 'Young', boundary: null, controllable: false };
  Object.assign(studio.faceWorker, {
    load: async () => ({ ...model, directions: [young] }),
    open: async () => ({ device: 'none', loaded: [], index: '' }),
    setView: async () => {},
    draw: async () => drawn,
    score: async () => new Float32Array(1),
    residuals: async () => ({}),
  });
  await load(studio, {} as LoadRequest);
  await load(studio, {} as LoadRequest);
  expect(studio.state.phase.value.kind).toBe('ready');
  expect(seeds(studio.state.gallery.value)).toEqual(Array.from({ length: 24 }, (_, seed) => seed));
});

test('a photo is kept though the browser does not promise to, which is asked for first', async () => {
  const asked: string[] = [];
  const persist = async () => {
    asked.push('persist');
    throw new Error('no');
  };
  vi.stubGlobal('navigator', { storage: { persist } });
  vi.doMock('../../../src/web/page/actions/photo/portrait-store.ts', () => ({
    storePortrait: async () => asked.push('store'),
    storedKeys: async () => [],
  }));
  vi.resetModules();
  onTestFinished(() => {
    vi.doUnmock('../../../src/web/page/actions/photo/portrait-store.ts');
    vi.unstubAllGlobals();
  });
  const { keepPhoto } = await import('../../../src/web/page/actions/photo/keep-photo.ts');
  const studio = makeStudio();
  const source = new File([], 'me.jpg');
  studio.state.portrait.value = { sha256: 'b'.repeat(64), source } as OpenPortrait;
  await keepPhoto.perform(studio);
  expect(asked).toEqual(['persist', 'store']);
  expect(studio.state.kept.value.map(({ name }) => name)).toEqual(['me.jpg']);
});

test('recent faces are those of all tabs, and of photos that are kept but not open', async () => {
  const storage = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => storage.set(key, value),
  });
  const [kept, forgotten] = ['b'.repeat(64), 'c'.repeat(64)];
  vi.doMock('../../../src/web/page/actions/photo/portrait-store.ts', () => ({
    storedKeys: async () => [kept],
  }));
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.doUnmock('../../../src/web/page/actions/photo/portrait-store.ts');
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  const openTab = async () => {
    vi.resetModules();
    const { loadRecent, rememberRecent } = await import('../../../src/web/page/actions/faces/recent-faces.ts');
    const studio = makeStudio();
    await loadRecent(studio);
    const visit = async (edit: Edit) => {
      applyEdit(studio, edit, '');
      rememberRecent(studio, edit);
      await vi.advanceTimersByTimeAsync(1000);
    };
    return { recent: studio.state.recent, visit };
  };
  const key = `face-tuning recent ${model.sha256.slice(0, 12)}`;
  const links = [forgotten, kept].map(photo => formatLink(portraitEdit(photo), model));
  storage.set(key, JSON.stringify(links));
  const [one, two] = [await openTab(), await openTab()];
  await one.visit(faceOf(1, model));
  await two.visit(faceOf(2, model));
  await one.visit(faceOf(3, model));
  for (const psi of [0.6, 0.5, 0.4]) await one.visit(faceOf(3, model, psi));
  const { recent } = await openTab();
  expect(seeds(recent.value)).toEqual([3, 1, 'photo', 2]);
  expect(recent.value[0]!.edit).toMatchObject({ psi: 0.4 });
});

test('a strip is offered only for the attribute in use and the face on the screen', () => {
  const { state } = makeStudio();
  const face = faceOf(1, model);
  state.edit.value = face;
  const frames = [-1, 1].map(distance => ({ edit: moved(face, 'Young', distance), frame: drawn }));
  state.strip.value = { attribute: 'Young', frames };
  expect(state.fittingStrip.value).toBe(frames);
  state.edit.value = { ...moved(face, 'Young', 0.3), hold: 'field' };
  expect(state.fittingStrip.value).toBe(frames);
  for (const other of [faceOf(2, model), faceOf(1, model, 1), moved(face, 'Male', 1), { ...face, locks: ['Male'] }]) {
    state.edit.value = other;
    expect(state.fittingStrip.value).toEqual([]);
  }
  state.edit.value = face;
  state.active.value = 'Male';
  expect(state.fittingStrip.value).toEqual([]);
});

test('a slider that moves draws its own strip once, and its previews are no recent faces', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('history', { replaceState: () => {} });
  const studio = makeStudio();
  const { state, faceWorker } = studio;
  const young = { attribute: 'Young', boundary: { intercept: 0 }, controllable: true };
  state.model.value = { ...model, directions: [young] } as unknown as Model;
  let drawnFrames = 0;
  const { frames } = faceWorker;
  Object.assign(faceWorker, {
    residuals: async () => ({}),
    frames: (edits: readonly Edit[]) => {
      if (edits.length > 1) drawnFrames += edits.length;
      return frames(edits);
    },
  });
  applyEdit(studio, faceOf(1, model), '');
  const stop = startFollowing(studio);
  onTestFinished(() => {
    stop();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect(state.recent.value.map(({ edit }) => edit)).toEqual([faceOf(1, model)]);
  previewMove(studio, 'Young', 1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(state.recent.value.map(({ edit }) => edit)).toEqual([faceOf(1, model)]);
  commitMove(studio, 'Young', 1.5);
  await vi.advanceTimersByTimeAsync(1000);
  expect(state.recent.value.map(({ edit }) => edit)).toEqual([moved(faceOf(1, model), 'Young', 1.5)]);
  expect(drawnFrames).toBe(9);
  toggleLock(studio, 'Male');
  await vi.advanceTimersByTimeAsync(1000);
  expect(drawnFrames).toBe(18);
});

test('a slider stands where it was moved to, though a curve meets another distance', () => {
  const figures = { probabilities: [], distances: { Young: 2.31, Male: 0.4 } };
  const edit = moved(portraitEdit('b'.repeat(64)), 'Young', 3);
  expect(standsAt(edit, 'Young', figures)).toBe(3);
  expect(standsAt(edit, 'Male', figures)).toBe(0.4);
  expect(standsAt(edit, 'Male', undefined)).toBeUndefined();
  expect(standsAt(edit, 'constructor', figures)).toBeUndefined(); // an attribute of one's own, without a boundary
});
