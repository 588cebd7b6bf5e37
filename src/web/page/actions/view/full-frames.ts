// The strip’s frames as large as the face on the screen.
import type { Drawn } from '../../../shared/protocol.ts';
import { drawnFrames } from '../../display/film.ts';
import type { Studio } from '../../state/studio-state.ts';
import { showsPhoto } from '../photo/zoom.ts';

/** @returns the frames of the strip that could be drawn; of a photo at the size and zoom of the screen, drawn anew. */
export async function fullFrames({ state, faceWorker }: Studio): Promise<Drawn[]> {
  const strip = state.fittingStrip.value;
  if (!showsPhoto(state)) return drawnFrames(strip);
  const edits = strip.map(({ edit }) => edit);
  const frames = await faceWorker.fullFrames(edits);
  return drawnFrames(frames.map((frame, at) => ({ edit: edits[at]!, frame })));
}
