// Hands the photos of a folder to the workers of a queue, and writes what they send back.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFiles } from '../../../core/editor/bundle.ts';
import { UserError } from '../../../core/errors.ts';
import { writeWhole } from '../../files/files.ts';
import { checkFileFree } from '../../files/places.ts';
import { checkSpread, type SpreadConfig, spread } from '../framework/spread.ts';
import type { StageContext } from '../framework/stage.ts';
import type { FaceChange, PhotoResult } from './changes.ts';
import { namedProblem, photosIn } from './photos.ts';
import { type EditThread, photoEdits } from './work.ts';

interface FolderConfig extends SpreadConfig {
  readonly bundle: string;
  readonly photos?: string | undefined;
  readonly force: boolean;
}

/** As `editFolder`. Photos that are in `out` already are passed over, so that the same command goes on. */
export async function editFolderByQueue(config: FolderConfig, folder: string, context: StageContext) {
  const { bundle, device, out, force, photos: _, queue, shared, mixed, threads, ...options } = config;
  await checkSpread(config, { bundle, photos: folder });
  const results: PhotoResult[] = [];
  const changes: FaceChange[] = [];
  const { log } = context;
  const refuse = (name: string, problem: string) => {
    const photo = join(folder, name);
    results.push({ photo, problem });
    log.warn(namedProblem(photo, problem));
  };
  /** A worker may have the folder elsewhere: its lines begin with the photo's name alone. */
  const told = (name: string, line: string) => (line.startsWith(name) ? join(folder, line) : line);
  const orders: EditThread['input'][] = [];
  for (const name of await photosIn(folder, out, log)) {
    try {
      await checkFileFree(join(out, name), force);
      const { size: bytes, mtimeMs: written } = await stat(join(folder, name));
      orders.push({ name, bytes, written });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refuse(name, error.message);
    }
  }
  const work = {
    shared: { bundle, photos: folder, device, options },
    files: [join(bundle, bundleFiles.index)],
    // Refining and tuning take long; that the rest is the same must do.
    sample: () => ({ ...orders[0]!, quick: true as const }),
    orders,
  };
  const place = { file: (name: string) => join(out, `.${name}`) };
  const progress = log.progress('edit', orders.length, 'photos');
  let done = 0;
  for await (const outcome of spread(photoEdits, work, place, config, context)) {
    const { name } = orders[done++]!;
    if ('problem' in outcome) refuse(name, told(name, outcome.problem));
    else {
      await writeWhole(join(out, name), outcome.file);
      results.push({ photo: join(folder, name), out: join(out, name) });
      changes.push(...outcome.changes.map(change => ({ ...change, face: join(folder, name) })));
      for (const warning of outcome.warnings) log.warn(namedProblem(join(folder, name), told(name, warning)));
    }
    progress.update(done, name);
  }
  progress.finish();
  return { photos: results.sort((a, b) => (a.photo < b.photo ? -1 : 1)), changes };
}
