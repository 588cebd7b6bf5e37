// Saves the face on the screen: as a picture or strip with its recipe inside, as the recipe alone, or as a film.
import { countOf, UserError } from '../../../../core/errors.ts';
import { keepsPixels } from '../../../shared/keeps-pixels.ts';
import type { Drawn, Edit, PhotoType } from '../../../shared/protocol.ts';
import { contextOf, drawEnlarged, offscreenContext } from '../../display/canvas.ts';
import { thereAndBack } from '../../display/film.ts';
import type { Studio } from '../../state/studio-state.ts';
import { namedHere, tell, tellProblem } from '../messages.ts';
import { closeDialog } from '../view/choose.ts';
import { fullFrames } from '../view/full-frames.ts';

/** Pixels between the frames of a strip. */
const gap = 4;

/** Frames a second, and how often the film goes there and back. */
const film = { rate: 12, rounds: 2 };

/** @param size of the picture's sides in pixels. */
export function exportPicture(studio: Studio, size: number): Promise<void> {
  return saving(studio, async ({ pixels, edit }) => {
    const context = offscreenContext(size, size);
    drawEnlarged(context, pixels, 0, size);
    return save(await pngOf(studio, context.canvas, edit), `${fileName(edit)}.png`);
  });
}

/** Saves the whole photo, at full size. */
export function exportPhoto(studio: Studio, type: PhotoType): Promise<void> {
  return saving(studio, async ({ edit }) => {
    const blob = await studio.faceWorker.exportPhoto({ edit, type });
    const name = studio.state.portrait.value!.source.name.replace(/\.[^.]*$/, '');
    return save(blob, `${name}-edited.${type === 'image/png' ? 'png' : 'jpg'}`);
  });
}

/** @param size of each frame's sides in pixels. */
export function exportStrip(studio: Studio, size: number): Promise<void> {
  return saving(studio, async ({ edit }) => {
    const attribute = studio.state.active.value; // another may be in use once it is drawn
    const { frames, note } = await stripOf(studio);
    const context = offscreenContext(frames.length * (size + gap) - gap, size);
    for (const [i, { pixels }] of frames.entries()) drawEnlarged(context, pixels, i * (size + gap), size);
    return save(await pngOf(studio, context.canvas, edit), `${fileName(edit)}-${attribute}-strip.png`) + note;
  });
}

export function exportRecipe(studio: Studio): Promise<void> {
  return saving(studio, async ({ edit }) => {
    const recipe = new Blob([await studio.faceWorker.writeRecipe(edit)], { type: 'application/json' });
    return save(recipe, `${fileName(edit)}.json`);
  });
}

/** @param size of the film's sides in pixels. The film is recorded as it plays, so saving takes as long as it lasts. */
export async function exportFilm(studio: Studio, size: number): Promise<void> {
  const { recording } = studio.state;
  if (recording.value !== undefined) return;
  const own = Symbol('film');
  recording.value = own;
  const saved = saving(studio, async ({ edit }) => {
    const type = filmType();
    if (type === undefined) throw new UserError('this browser cannot record films. Save the strip instead');
    const attribute = studio.state.active.value; // another may be in use once it is recorded
    const { frames: there, note } = await stripOf(studio);
    const frames = thereAndBack(there);
    tell(studio.state, 'Recording the film …');
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = size;
    const context = contextOf(canvas);
    const recorder = new MediaRecorder(canvas.captureStream(film.rate), { mimeType: type });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    let isBroken = false;
    recorder.onerror = () => {
      isBroken = true;
    };
    const recorded = new Promise(done => {
      recorder.onstop = done;
    });
    recorder.start();
    for (let i = 0; i < film.rounds * frames.length && !isBroken; i++) {
      isBroken = document.hidden; // browsers slow the timers of pages that nobody sees
      drawEnlarged(context, frames[i % frames.length]!.pixels, 0, size);
      await new Promise(done => setTimeout(done, 1000 / film.rate));
    }
    if (recorder.state !== 'inactive') recorder.stop();
    await recorded;
    if (isBroken) {
      throw new UserError('the film was cut short: it is recorded as it plays, with this page in front. Save it again');
    }
    const ending = type.startsWith('video/webm') ? 'webm' : 'mp4';
    return save(new Blob(parts, { type }), `${fileName(edit)}-${attribute}.${ending}`) + note;
  });
  await saved.finally(() => {
    if (recording.value === own) recording.value = undefined; // once the model was loaded again, it may be of another
  });
}

/** The strip's frames that can be drawn, and what is to be said of the others. */
interface DrawnStrip {
  readonly frames: Drawn[];
  readonly note: string;
}

/** @throws UserError where the strip cannot be drawn, or is still being drawn. */
async function stripOf(studio: Studio): Promise<DrawnStrip> {
  const { state } = studio;
  const [first, ...others] = state.fittingStrip.value;
  const frames = await fullFrames(studio);
  const left = 1 + others.length - frames.length;
  const note = left > 0 ? `, without ${countOf(left, 'frames')} that cannot be drawn` : '';
  if (frames.length > 0) return { frames, note };
  if (first && 'problem' in first.frame) throw new UserError(namedHere(state, first.frame.problem));
  throw new UserError('there is no strip of this attribute, or not yet. Wait a second, or choose another');
}

/** @returns the media type of films that this browser can record, WebM first; undefined where it records none. */
export function filmType(): string | undefined {
  if (typeof MediaRecorder === 'undefined') return undefined;
  return ['video/webm;codecs=vp9', 'video/webm', 'video/mp4'].find(type => MediaRecorder.isTypeSupported(type));
}

interface OnScreen {
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly edit: Edit;
}

/**
 * Runs `work` with the face that is on the screen now, also if it changes meanwhile, and tells how it went.
 * @param work gives the name of the file, with what is to be said of it: by the time that it is saved, another face may be on the screen.
 */
async function saving(studio: Studio, work: (screen: OnScreen) => Promise<string>): Promise<void> {
  const { state } = studio;
  let isLeft = false; // the dialog, which may be open again by then, for another face
  const end = state.dialog.subscribe(dialog => {
    isLeft ||= dialog !== 'export';
  });
  try {
    const shown = state.shown.value;
    if (shown === undefined) throw new UserError('no face is on the screen yet. Wait a second');
    tell(state, `Saved ${await work({ edit: shown.edit, pixels: shown.pixels })}`);
    if (!isLeft) closeDialog(studio, 'export');
  } catch (error) {
    tellProblem(state, error instanceof UserError ? error.message : `saving failed: ${String(error)}`);
  } finally {
    end();
  }
}

/** @throws UserError where the picture would not be the one that its recipe makes. */
async function pngOf({ faceWorker }: Studio, canvas: OffscreenCanvas, edit: Edit): Promise<Blob> {
  if (!keepsPixels()) {
    throw new UserError(
      'this browser changes the pixels of pictures that pages make (a privacy setting). Allow this page to read ' +
        'canvases, or save the recipe',
    );
  }
  return faceWorker.signPicture({ png: await canvas.convertToBlob({ type: 'image/png' }), edit });
}

function fileName(edit: Edit): string {
  if ('portrait' in edit) return 'photo';
  return 'seed' in edit ? `face-${edit.seed}` : 'face';
}

/** @returns the name. */
function save(blob: Blob, name: string): string {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return name;
}
