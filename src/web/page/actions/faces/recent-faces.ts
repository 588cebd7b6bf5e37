// Remembers the last faces on this machine, each as it was left.
import { formatLink } from '../../../shared/link.ts';
import type { Edit } from '../../../shared/protocol.ts';
import { sameFace } from '../../state/edits.ts';
import type { Studio } from '../../state/studio-state.ts';
import { storedKeys } from '../photo/portrait-store.ts';

const maxRecent = 12;

/** Milliseconds without a change after which a face is remembered as it is. */
const quiet = 600;

/**
 * Reads the faces of earlier visits; links that are damaged, belong to another model or show a photo that nobody kept are
 * dropped. Photos that are kept but not open cannot be drawn, and are remembered all the same.
 */
export async function loadRecent(studio: Studio): Promise<void> {
  const { state, faceWorker } = studio;
  const edits = await storedEdits(studio);
  const frames = await faceWorker.frames(edits);
  const earlier = edits.map((edit, i) => ({ edit, frame: frames[i]! }));
  state.recent.value = latestOfEach([...state.recent.value, ...earlier]); // one may have been added meanwhile
}

/**
 * Called with each step of the history; the latest edit of each face is remembered. It reads no signal, so that the
 * effect that calls it does not run for previews too.
 */
export function rememberRecent(studio: Studio, edit: Edit): void {
  if (left !== undefined && !sameFace(left, edit)) addRecent(studio, left);
  left = edit;
  clearTimeout(timer);
  timer = setTimeout(() => addRecent(studio, edit), quiet);
}

let left: Edit | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

async function addRecent(studio: Studio, edit: Edit): Promise<void> {
  const { state, faceWorker } = studio;
  const [frame] = await faceWorker.frames([edit]);
  if (frame === undefined || 'problem' in frame) return;
  state.recent.value = latestOfEach([{ edit, frame }, ...state.recent.value]);
  await storeRecent(studio);
}

/**
 * Takes the links to a photo, or to any photo, out of this browser's storage, whichever model they are for, and out of
 * the address, which would ask for the photo when the page is loaded again.
 */
export function dropPhotoLinks(portrait = ''): void {
  if (location.hash.includes(`portrait=${portrait}`)) {
    history.replaceState(null, '', location.pathname + location.search);
  }
  const keys = stored(() => Object.keys(localStorage).filter(key => key.startsWith(keyStart))) ?? [];
  for (const key of keys)
    writeLinks(
      key,
      readLinks(key).filter(link => !link.includes(`portrait=${portrait}`)),
    );
}

/** Writes the links of the recent faces to this browser's storage, but none to a photo that is not kept there. */
export async function storeRecent(studio: Studio): Promise<void> {
  const model = studio.state.model.value!;
  const there = await storedEdits(studio); // other tabs remember theirs in the same place
  const kept = await thoseKept([...studio.state.recent.value.map(({ edit }) => edit), ...there]);
  const links = latestOfEach(kept.map(edit => ({ edit }))).map(({ edit }) => formatLink(edit, model));
  writeLinks(keyOf(model.sha256), links);
}

/** @returns the edits that this browser remembers for the model, the latest first. */
async function storedEdits({ state, faceWorker }: Studio): Promise<Edit[]> {
  const { sha256, formerly = [] } = state.model.value!;
  const links = [sha256, ...formerly].map(keyOf).flatMap(readLinks);
  const read = await Promise.all(links.map(link => faceWorker.readLink(link).catch(() => undefined)));
  return (await thoseKept(read.filter(edit => edit !== undefined))).slice(0, maxRecent);
}

/** @returns the edits without those of photos that are not kept in this browser. */
async function thoseKept(edits: readonly Edit[]): Promise<Edit[]> {
  const kept = new Set(await storedKeys().catch(() => [])); // other tabs keep, too
  return edits.filter(edit => !('portrait' in edit) || kept.has(edit.portrait));
}

/** @returns the first of each face, as many as are remembered. */
function latestOfEach<Entry extends { readonly edit: Edit }>(all: readonly Entry[]): Entry[] {
  const isFirst = ({ edit }: Entry, i: number) => all.findIndex(each => sameFace(each.edit, edit)) === i;
  return all.filter(isFirst).slice(0, maxRecent);
}

const keyStart = 'face-tuning recent ';

function keyOf(sha256: string): string {
  return `${keyStart}${sha256.slice(0, 12)}`;
}

/** @returns undefined where storage is forbidden or full: the faces stay on the screen until the page is closed. */
function stored<Result>(use: () => Result): Result | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}

/** Storage may hold something that is not ours; then no face is recent. */
function readLinks(key: string): string[] {
  const list: unknown = stored(() => JSON.parse(localStorage.getItem(key) ?? '[]'));
  return Array.isArray(list) ? list.filter(link => typeof link === 'string').slice(0, maxRecent) : [];
}

function writeLinks(key: string, links: readonly string[]): void {
  stored(() => localStorage.setItem(key, JSON.stringify(links)));
}
