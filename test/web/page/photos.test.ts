// The way to a photo's face: what waited for it comes back, and another file does not wait for a search that goes on.
import { expect, onTestFinished, test, vi } from 'vitest';
import { importFile } from '../../../src/web/page/actions/files/import-file.ts';
import { bringBack } from '../../../src/web/page/actions/photo/open-portraits.ts';
import { readPhoto } from '../../../src/web/page/actions/photo/photo-steps.ts';
import { load } from '../../../src/web/page/actions/session/load.ts';
import { portraitEdit } from '../../../src/web/page/state/edits.ts';
import { createState, type Studio } from '../../../src/web/page/state/studio-state.ts';
import type { Edit, FaceWorker, Frame, LoadRequest, Model, OpenedPhoto } from '../../../src/web/shared/protocol.ts';
import { parseLink } from '../../../src/web/worker/read-link.ts';

const model = { name: 'm', sha256: 'a'.repeat(64), geometry: 'linear', psi: 0.7, directions: [] } as unknown as Model;
const sha256 = 'b'.repeat(64);
const box = { x: 1, y: 1, side: 16, angle: 0 };
const photo = { width: 9, height: 9, faces: [{ box }] } as unknown as OpenedPhoto;
const file = new File(['photo'], 'me.heic', { type: 'image/heic' }); // of a format that carries no recipes

/** A studio whose worker finds one face in every photo. */
function makeStudio(worker: Partial<FaceWorker> & { cancel?: () => void } = {}): Studio {
  const faceWorker = {
    openPhoto: async () => photo,
    openPortrait: async () => ({ sha256, file: new Uint8Array(), missing: 0, safeRanges: {} }),
    cancel: () => {},
    ...worker,
  } as unknown as Studio['faceWorker'];
  const state = createState();
  state.model.value = model;
  return { state, faceWorker };
}

test('an edit of a photo that is not here is shown once that photo is opened, and then no more', async () => {
  const studio = makeStudio();
  const { state } = studio;
  const move = { attribute: 'Young', kind: 'absolute', distance: -1.5 } as const;
  const edit: Edit = { ...portraitEdit(sha256), moves: [move] };
  expect(await bringBack(studio, edit)).toBe(false);
  await readPhoto(studio, file);
  expect(state.edit.value).toEqual(edit);
  await readPhoto(studio, file);
  expect(state.edit.value).toEqual(portraitEdit(sha256));
  expect(await bringBack(studio, { ...edit, portrait: 'c'.repeat(64) } as Edit)).toBe(false);
  await readPhoto(studio, file); // another one
  expect(state.edit.value).toEqual(portraitEdit(sha256));
});

test('a file that is dropped while a face is searched for ends the search', async () => {
  let found: (() => void) | undefined;
  const cancel = vi.fn();
  const openPortrait = () =>
    new Promise<never>((_, reject) => {
      found = () => reject(new Error('the search ended'));
    });
  const studio = makeStudio({ openPortrait, cancel });
  const { state } = studio;
  const first = readPhoto(studio, file);
  await vi.waitFor(() => expect(state.photo.value.kind).toBe('finding'));
  const second = importFile(studio, new File(['other'], 'other.heic', { type: 'image/heic' }));
  expect(cancel).toHaveBeenCalledOnce();
  found!();
  await first;
  await vi.waitFor(() => expect(state.photo.value.kind).toBe('finding'));
  expect(state.history.value.entries).toEqual([]);
  found!();
  await second;
});

test('why a link is not opened is told, and not only that the processor draws', async () => {
  vi.stubGlobal('history', { replaceState: () => {} });
  vi.stubGlobal('location', { hash: '#nonsense' });
  vi.stubGlobal('navigator', {}); // without service workers
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  const drawn: Frame = { pixels: new Uint8ClampedArray(4), distances: {}, logits: new Float32Array() };
  const studio = makeStudio({
    load: async () => ({ ...model, directions: [{ attribute: 'Young', boundary: null }] }) as unknown as Model,
    open: async () => ({ device: 'cpu', loaded: [], index: '', note: 'The processor draws: the GPU failed' }),
    readLink: async (text: string) => parseLink(text, model),
    draw: async () => drawn,
    score: async () => new Float32Array(1),
    frames: async (edits: readonly Edit[]) => edits.map(() => drawn),
    residuals: async () => ({}),
  } as unknown as Partial<FaceWorker>);
  await load(studio, {} as LoadRequest);
  expect(studio.state.message.value).toMatchObject({
    kind: 'refused',
    text: expect.stringContaining('"nonsense" means'),
  });
});
