// Opens the model: starts the worker, shows how much has loaded and what failed, and can try again.
import { batch } from '@preact/signals';
import { UserError } from '../../../../core/errors.ts';
import { formatLink } from '../../../shared/link.ts';
import type { Edit, LoadRequest, Model, Progress } from '../../../shared/protocol.ts';
import { faceName } from '../../display/wording.ts';
import { connectFaceWorker } from '../../face-worker-client.ts';
import { openingFace } from '../../state/edits.ts';
import { createState, type Studio, type StudioState } from '../../state/studio-state.ts';
import { applyEdit } from '../edit/apply-edit.ts';
import { moreFaces } from '../faces/more-faces.ts';
import { loadRecent } from '../faces/recent-faces.ts';
import { tellProblem, tellRefusal } from '../messages.ts';
import { loadKept } from '../photo/kept-portraits.ts';
import { bringBack, photoNotHere, reopenPortrait } from '../photo/open-portraits.ts';
import { tellPortraitProgress } from '../photo/photo-steps.ts';
import { startFollowing } from './follow.ts';
import { keepOffline } from './keep-offline.ts';
import { startRendering } from './render.ts';

export function createStudio(worker: Worker): Studio {
  const state = createState();
  return { state, faceWorker: connect(state, worker) };
}

function connect(state: StudioState, worker: Worker) {
  const onProgress = (progress: Progress) => {
    if (state.phase.value.kind === 'loading') state.phase.value = { kind: 'loading', progress };
  };
  return connectFaceWorker(worker, onProgress, progress => tellPortraitProgress(state, progress));
}

/** Loads again after a failure, with a new worker: one that failed cannot be used again. */
export async function retry(studio: Studio, request: LoadRequest, startWorker: () => Worker): Promise<void> {
  studio.faceWorker.stop();
  studio.faceWorker = connect(studio.state, startWorker());
  await load(studio, request);
}

let stop: (() => void) | undefined;

export async function load(studio: Studio, request: LoadRequest): Promise<void> {
  const { state } = studio;
  stop?.();
  batch(() => {
    state.phase.value = { kind: 'loading', progress: undefined };
    state.model.value = undefined;
    state.engine.value = undefined;
    state.before.value = undefined;
    state.shown.value = undefined;
    state.playing.value = undefined;
    state.searches.value = new Map();
    state.figures.value = undefined;
    state.gallery.value = [];
    state.recent.value = [];
    state.dialog.value = undefined;
    state.recording.value = undefined; // it may wait for the worker that was stopped
    state.photo.value = { kind: 'choose' };
  });
  try {
    const model = await studio.faceWorker.load(request);
    batch(() => {
      state.model.value = model;
      state.active.value = firstActive(model);
      state.strip.value = { attribute: state.active.value, frames: [] };
    });
    state.engine.value = await studio.faceWorker.open();
    // Tried again, with a new worker. Where it cannot take the photo, another face is shown.
    if (state.history.value.at >= 0) {
      await reopenPortrait(studio).catch(() => {
        state.portrait.value = undefined;
      });
    }
  } catch (error) {
    const problem = error instanceof UserError ? error.message : `The model cannot be opened: ${String(error)}`;
    state.phase.value = { kind: 'failed', problem };
    return;
  }
  const wanted = state.history.value.at < 0 ? await readAddress(studio) : { edit: state.edit.value };
  const isHere = await bringBack(studio, wanted.edit).catch(() => false);
  const edit = isHere ? wanted.edit : openingFace(state.model.value!);
  applyEdit(studio, edit, edit.moves.length + edit.locks.length > 0 ? `${faceName(edit)}, edited` : faceName(edit));
  const { note } = state.engine.value;
  if (note !== undefined) tellProblem(state, note);
  const problem = isHere ? wanted.problem : photoNotHere;
  if (problem !== undefined) tellRefusal(state, problem); // last: it is why another face is shown than was asked for
  const ends = [startRendering(studio), startFollowing(studio)];
  stop = () => {
    for (const end of ends) end();
  };
  await firstFigures(state); // without them, the sliders would jump to their places once the page is shown
  state.phase.value = { kind: 'ready' };
  await loadKept(studio);
  await loadRecent(studio);
  await moreFaces.perform(studio);
  await keepOffline(studio);
}

/** *Young*, or the first direction that there is. */
function firstActive({ directions }: Model): string {
  const known = directions.filter(({ boundary }) => boundary !== null).map(({ attribute }) => attribute);
  return known.includes('Young') ? 'Young' : (known[0] ?? 'Young');
}

function firstFigures({ figures }: StudioState): Promise<void> {
  return new Promise(done => {
    const end = figures.subscribe(value => {
      if (value === undefined) return;
      queueMicrotask(() => end()); // `end` is not there yet during the first call
      done();
    });
  });
}

/** Opens the link in the address, when somebody changes it while the page is open. */
export async function followAddress(studio: Studio): Promise<void> {
  const { state } = studio;
  const model = state.model.value;
  if (
    model === undefined ||
    state.engine.value === undefined ||
    location.hash === `#${formatLink(state.edit.value, model)}`
  )
    return;
  try {
    applyEdit(studio, await openedLink(studio), 'Link opened');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    tellRefusal(state, error.message);
    history.replaceState(null, '', `#${formatLink(state.edit.value, model)}`); // so that what is copied is what is seen
  }
}

/** @throws UserError for a link that cannot be opened here. */
async function openedLink({ state, faceWorker }: Studio): Promise<Edit> {
  return (await faceWorker.readLink(location.hash)) ?? openingFace(state.model.value!);
}

/** @returns the edit of the link in the address; of one that cannot be opened the opening face, and why. */
async function readAddress(studio: Studio): Promise<{ readonly edit: Edit; readonly problem?: string }> {
  try {
    return { edit: await openedLink(studio) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { edit: openingFace(studio.state.model.value!), problem: error.message };
  }
}
