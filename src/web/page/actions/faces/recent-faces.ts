// Remembers the last faces on this machine, each as it was left.
import { formatLink } from '../../../shared/link.ts';
import type { Edit } from '../../../shared/protocol.ts';
import { sameStart } from '../../state/edits.ts';
import type { Studio, StudioState } from '../../state/studio-state.ts';

const maxRecent = 12;

/** Milliseconds without a change after which a face is remembered as it is. */
const quiet = 600;

/** Shows the faces of earlier visits; links that are damaged or belong to another model are dropped. */
export async function loadRecent({ state, faceWorker }: Studio): Promise<void> {
  earlierKnown = false;
  const model = state.model.value!;
  const { sha256, formerly = [] } = model;
  const links = [sha256, ...formerly].flatMap(readLinks).slice(0, maxRecent);
  const read = links.map(link => faceWorker.readLink(link).catch(() => undefined));
  const edits = (await Promise.all(read)).filter(edit => edit !== undefined);
  const frames = await faceWorker.frames(edits);
  const earlier = edits.map((edit, i) => ({ edit, frame: frames[i]! })).filter(({ frame }) => !('problem' in frame));
  // A face may have been remembered while these were drawn.
  const added = state.recent.value;
  const all = [...added, ...earlier];
  const isFirst = ({ edit }: { edit: Edit }, i: number) => all.findIndex(each => sameStart(each.edit, edit)) === i;
  state.recent.value = all.filter(isFirst).slice(0, maxRecent);
  earlierKnown = true;
  if (added.length > 0) writeRecent(state);
}

/** Whether the faces of earlier visits are read; before that, writing would lose them. */
let earlierKnown = false;

/** Called whenever the face has changed; the latest edit of each face is remembered. */
export function rememberRecent(studio: Studio): void {
  const edit = studio.state.edit.value;
  if (left !== undefined && !sameStart(left, edit)) addRecent(studio, left);
  left = edit;
  clearTimeout(timer);
  timer = setTimeout(() => addRecent(studio, edit), quiet);
}

let left: Edit | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

async function addRecent({ state, faceWorker }: Studio, edit: Edit): Promise<void> {
  const [frame] = await faceWorker.frames([edit]);
  if (frame === undefined || 'problem' in frame) return;
  const others = state.recent.value.filter(recent => !sameStart(recent.edit, edit));
  state.recent.value = [{ edit, frame }, ...others].slice(0, maxRecent);
  if (earlierKnown) writeRecent(state);
}

function writeRecent({ recent, model }: StudioState): void {
  const links = recent.value.map(({ edit }) => formatLink(edit, model.value!));
  writeLinks(model.value!.sha256, links);
}

function keyOf(sha256: string): string {
  return `face-tuning recent ${sha256.slice(0, 12)}`;
}

/** Storage may be forbidden or hold something that is not ours; then no face is recent. */
function readLinks(sha256: string): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(keyOf(sha256)) ?? '[]');
    return Array.isArray(list) ? list.filter(link => typeof link === 'string').slice(0, maxRecent) : [];
  } catch {
    return [];
  }
}

function writeLinks(sha256: string, links: readonly string[]): void {
  try {
    localStorage.setItem(keyOf(sha256), JSON.stringify(links));
  } catch {
    // The faces stay on the screen until the page is closed.
  }
}
