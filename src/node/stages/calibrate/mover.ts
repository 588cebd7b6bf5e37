// Opens what moves faces and what looks at them, in the stage itself and in each of its threads.
import { join } from 'node:path';
import type { Judge } from '../../../core/calibration/judge.ts';
import { bundleFiles } from '../../../core/editor/bundle.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { openBundle } from '../../artefacts/bundle.ts';
import type { DeviceName } from '../../devices/device.ts';
import { judgeFiles, openJudge } from './judge.ts';

/** Where the networks are found that move faces and look at them. */
export interface MoverPlace {
  /** Folder of the bundle. */
  readonly bundle: string;
  /** Run folder, or undefined for the bundle's own classifier. */
  readonly judge: string | undefined;
  readonly device: DeviceName;
}

export interface Mover {
  readonly editor: FaceEditor;
  readonly judge: Judge;
}

/**
 * Opens sessions of one thread: results are then the same however many work side by side.
 * @throws UserError as `openJudge`.
 */
export async function openMover({ bundle, judge, device }: MoverPlace): Promise<Mover> {
  const options = { device, threads: 1 };
  const editor = await openBundle(bundle, options);
  return { editor, judge: await openJudge(judge, editor, options) };
}

/** @returns the files that tell whether another machine has the same bundle and judge. */
export function moverFiles({ bundle, judge }: MoverPlace): string[] {
  // The index of a bundle holds the hashes of its other files, which are compared whenever it is opened.
  return [join(bundle, bundleFiles.index), ...(judge === undefined ? [] : judgeFiles(judge))];
}
