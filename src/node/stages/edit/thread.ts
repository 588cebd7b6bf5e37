// A thread of `edit --photos`: finds and edits the face of a photo at a time.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../core/errors.ts';
import { explainingDiskErrors } from '../../files/disk-errors.ts';
import { silentLog } from '../../log/log.ts';
import { openPhotoBundle } from '../../photos/bundle.ts';
import { serve } from '../../threads/serve.ts';
import { openPhotos, photoFormatOf } from './photos.ts';
import { edit, editedFile } from './stage.ts';
import type { EditThread } from './work.ts';

// Each session has one thread: results are then the same however many work side by side.
serve<EditThread>(async ({ bundle, photos, device, options }) => {
  const editor = await openPhotoBundle(bundle, { device, threads: 1 });
  const { signal } = new AbortController();
  return async ({ name, bytes, quick }) => {
    const photo = join(photos, name);
    const own = { bundle, device, photo, out: name, steps: 1, threads: 1, ...(quick && { quick }) };
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (line: string) => warnings.push(line.replaceAll(photo, name)) };
    const context = { log, signal };
    const config = edit.options.parse({ ...options, ...own });
    try {
      const { size } = await explainingDiskErrors('read', photo, () => stat(photo));
      if (size !== bytes) throw new UserError(`${photo} is not the same file on all machines. Copy it again`);
      const opened = await openPhotos(config, editor, context, photoFormatOf(name));
      try {
        const { bytes: file, result } = await editedFile(config, 'photo', editor, opened, context);
        // Another machine may have the photo elsewhere.
        const changes = result.changes.map(change => ({ ...change, face: name }));
        return { file: file as Uint8Array, changes, warnings };
      } finally {
        for (const { portrait } of opened) await portrait.release();
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { problem: error.message.replaceAll(photo, name) };
    }
  };
});
