// The work of `edit --photos` that is spread over machines: one photo of a folder at a time.
import { z } from 'zod';
import type { DeviceName } from '../../devices/device.ts';
import type { WorkKind } from '../../threads/work-kind.ts';
import type { FaceChange } from './changes.ts';

/** The whole photo with the edit in it, what changed and what there is to warn of; or why there is none. */
export type PhotoOutcome =
  | { readonly file: Uint8Array; readonly changes: readonly FaceChange[]; readonly warnings: readonly string[] }
  | { readonly problem: string };

export interface EditThread {
  file: 'stages/edit/thread';
  shared: {
    readonly bundle: string;
    /** The folder of the photos. */
    readonly photos: string;
    readonly device: DeviceName;
    /** The other options of `edit`. */
    readonly options: Readonly<Record<string, unknown>>;
  };
  /**
   * A photo by its name and size, and when it was written, in milliseconds: a result that lies there from before is of
   * this photo. `quick` as the option, for the sample alone.
   */
  input: { readonly name: string; readonly bytes: number; readonly written: number; readonly quick?: true };
  output: PhotoOutcome;
}

export const photoEdits: WorkKind<EditThread> = {
  stage: 'edit',
  file: 'stages/edit/thread',
  paths: ['bundle', 'photos'],
  input: z.strictObject({
    name: z.string().regex(/^[^./\\][^/\\]{0,254}$/),
    bytes: z.int().min(0),
    written: z.number(),
    quick: z.literal(true).exactOptional(),
  }),
};
