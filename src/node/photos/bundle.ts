// Opens bundles whose editors find the faces of photos by themselves.
import { availableParallelism } from 'node:os';
import type { FaceEditor } from '../../core/editor/face-editor.ts';
import type { FindFaces } from '../../core/editor/portrait-finder.ts';
import { checkKind } from '../../core/errors.ts';
import { openBundle } from '../artefacts/bundle.ts';
import { shippedFolder } from '../artefacts/shipped-model.ts';
import type { DeviceOptions } from '../devices/device.ts';
import { openFaceFinder } from './face-finder.ts';

/**
 * Opens a bundle for editing. Faces of photos are searched for on the processor.
 * @param folder left out: the model that is shipped. @param options the device (default the processor) and its threads
 * (default as many as there are cores); results are bit-equal only between runs with the same number.
 * @throws UserError naming the file that is missing, damaged or of another version, or the device that is not there.
 */
export async function openPhotoBundle(
  folder = shippedFolder,
  options: Partial<DeviceOptions> = {},
): Promise<FaceEditor> {
  checkKind('the folder of a bundle', folder, 'text');
  checkKind('options', options, 'an object');
  const { threads = availableParallelism() } = options;
  return openBundle(folder, { ...options, findFaces: faceFinding(threads) });
}

/** Opens the networks for one search and frees them: photos are few and large. */
function faceFinding(threads: number): FindFaces {
  return async (photo, signal) => {
    const finder = await openFaceFinder(threads);
    try {
      return await finder.find(photo, signal);
    } finally {
      await finder.release();
    }
  };
}
