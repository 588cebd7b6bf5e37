// Takes the content of all pictures together, so that a dataset is made again when pictures came back or were replaced.
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hashFile } from '../../files/files.ts';
import { mapInOrder } from '../framework/map-in-order.ts';
import type { StageContext } from '../framework/stage.ts';

/** Pictures from which on a progress bar is worth showing. */
const manyPictures = 5000;

/** @param files in the order of the dataset. @returns SHA-256 of their names and contents; what cannot be read counts too. */
export async function hashPictures(
  folder: string,
  files: readonly string[],
  { log, signal }: Pick<StageContext, 'log' | 'signal'>,
): Promise<string> {
  const all = createHash('sha256');
  const progress = files.length >= manyPictures ? log.progress('read pictures', files.length, 'pictures') : undefined;
  const contents = mapInOrder(files, 4 * availableParallelism(), file =>
    hashFile(`${folder}/${file}`).catch(() => 'unreadable'),
  );
  let done = 0;
  for await (const content of contents) {
    signal.throwIfAborted();
    all.update(`${content} ${files[done++]}\n`);
    progress?.update(done);
  }
  progress?.finish();
  return all.digest('hex');
}
