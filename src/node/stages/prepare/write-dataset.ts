// Streams pictures into the arrays of a dataset run, so that memory stays the same for a thousand and a million.
import { open, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { UserError } from '../../../core/errors.ts';
import { encodeNpy } from '../../../core/formats/npy.ts';
import { datasetFiles } from '../../artefacts/dataset.ts';
import { explainingDiskErrors } from '../../files/disk-errors.ts';
import { createNpyWriter, readJson, writeJson, writeWhole } from '../../files/files.ts';
import { exists } from '../../files/places.ts';
import type { Log } from '../../log/log.ts';
import type { Run } from '../../runs/run-folder.ts';
import { mapInOrder } from '../framework/map-in-order.ts';
import { areFew, type BadFile, checkFewBad } from './bad-files.ts';
import { openFaceFinders } from './face-finders.ts';
import type { Picture, PictureIndex } from './picture-index.ts';
import { type FaceOptions, Misfit, noFace, type ReadFace, readFace } from './read-face.ts';
import { joinedLabels } from './stratified-subset.ts';

/** Names the bad pictures of a run that is refused for having too many. */
const badFile = 'bad.json';

/** Pictures between two saves of the state from which an interrupted run resumes. */
const savedEvery = 1024;

/** The progress of an interrupted run: `next` pictures were tried, and all but the bad ones are in the array. */
const stateSchema = z.object({
  next: z.int().min(0),
  bad: z.array(z.object({ file: z.string(), reason: z.string(), misfit: z.literal(true).exactOptional() })),
  enlarged: z.int().min(0).default(0),
});

/**
 * Decodes the pictures into `images.npy`, several at a time, in their order; bad ones are skipped.
 * @param missing pictures that count as bad too.
 * @returns the bad ones, and how many had fewer pixels than are written.
 * @throws UserError when more than 1 % are bad, at once where it is their shape; `signal.reason` when aborted, after
 *   saving what resuming needs.
 */
export async function writeImages(
  run: Run,
  { imageFolder, pictures, missing, tables }: Pick<PictureIndex, 'imageFolder' | 'pictures' | 'missing' | 'tables'>,
  options: FaceOptions,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<{ bad: BadFile[]; enlarged: number }> {
  const statePath = run.file('progress.json');
  let { next, bad, enlarged } = await savedState(run, statePath);
  const shape = [null, 3, options.resolution, options.resolution] as const;
  const writer = await createNpyWriter(run.file(datasetFiles.images), 'uint8', shape, next - bad.length);
  const progress = log.progress('prepare', pictures.length, 'pictures', next);
  // A folder of one's own may hold pictures of anything; those without a face are left out, however many they are.
  const total = pictures.length + missing.length;
  const withoutThem = Object.keys(tables).length > 0 ? 'drop their rows' : 'take them out of the folder';
  const check = async () => {
    const counted = [...missing, ...bad.filter(({ reason }) => reason !== noFace)];
    if (areFew(counted.length, total)) return;
    await writeJson(run.file(badFile), counted);
    checkFewBad(counted, total, imageFolder, `${withoutThem}; all that were found so far are in ${run.file(badFile)}`);
  };
  /** Many of a shape that the crop cannot take say that the crop is wrong; the others need not be read to know it. */
  const checkShape = ({ file, reason, misfit }: BadFile) => {
    if (!misfit || areFew(bad.filter(each => each.misfit).length, total)) return;
    throw new UserError(
      `at most 1 % of the pictures may be of a shape that --crop cannot take; in ${imageFolder} more are, such as ` +
        `${file}: ${reason}. Choose another --crop, such as square, or ${withoutThem}`,
    );
  };
  const finders = options.crop === 'face' ? await openFaceFinders() : undefined;
  const decode = async ({ name, file }: Picture): Promise<ReadFace | BadFile> => {
    const path = `${imageFolder}/${file}`;
    try {
      return await readFace(path, options, finders?.find);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // The image library says of a file that the disk does not give that it is no picture.
      if (await exists(path)) await explainingDiskErrors('read', path, () => readStart(path));
      return { file: name, reason: error.message, ...(error instanceof Misfit && { misfit: true }) };
    }
  };
  try {
    // With twice the cores' number, half are decoded while the other half waits to be written.
    for await (const result of mapInOrder(pictures.slice(next), 2 * availableParallelism(), decode)) {
      if ('image' in result) {
        await writer.append(result.image);
        if (result.side < options.resolution) enlarged++;
      } else {
        bad.push(result);
        checkShape(result);
      }
      next++;
      progress.update(next, bad.length > 0 ? `${bad.length} bad` : undefined);
      if (next % savedEvery === 0) await check();
      if (next % savedEvery === 0 || signal.aborted) {
        await writer.flush(); // a resumed run relies on as many pictures as the state says
        await writeJson(statePath, { next, bad, enlarged });
      }
      signal.throwIfAborted();
    }
    await check();
  } catch (error) {
    await writer.abandon();
    throw error;
  } finally {
    await finders?.release();
  }
  await writer.close();
  for (const path of [statePath, run.file(badFile)]) await rm(path, { force: true }); // an earlier sitting may leave them
  progress.finish();
  return { bad, enlarged };
}

/** Reads a byte. */
async function readStart(path: string): Promise<void> {
  const file = await open(path);
  await file.read({ buffer: Buffer.alloc(1) }).finally(() => file.close());
}

async function savedState(run: Run, path: string): Promise<z.output<typeof stateSchema>> {
  const none = { next: 0, bad: [], enlarged: 0 };
  if (!run.resumed) return none;
  const content = await readJson(path).catch(() => undefined); // stopped before the first state was saved
  return stateSchema.safeParse(content).data ?? none;
}

/** Writes labels, split, identities and names, in the order of the images. */
export async function writeTables(
  run: Run,
  attributes: readonly string[],
  pictures: readonly Picture[],
): Promise<void> {
  const count = pictures.length;
  const labels = joinedLabels(pictures.map(picture => picture.labels));
  const split = Uint8Array.from(pictures, picture => picture.split);
  const identities = Int32Array.from(pictures, picture => picture.identity);
  await writeWhole(run.file(datasetFiles.labels), encodeNpy({ shape: [count, attributes.length], data: labels }));
  await writeWhole(run.file(datasetFiles.split), encodeNpy({ shape: [count], data: split }));
  await writeWhole(run.file(datasetFiles.identities), encodeNpy({ shape: [count], data: identities }));
  await writeJson(run.file(datasetFiles.attributes), attributes);
  await writeJson(
    run.file(datasetFiles.names),
    pictures.map(picture => picture.name),
  );
}
