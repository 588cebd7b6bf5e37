// Reads labelled faces into memory that all threads of `fit` share.
import { basename } from 'node:path';
import { attributeNames } from '../../../core/attributes.ts';
import { UserError } from '../../../core/errors.ts';
import { checkShape, type NdArray, toFloat32 } from '../../../core/formats/nd-array.ts';
import { brightnessName } from '../../../core/images/brightness.ts';
import { quantile } from '../../../core/math/statistics.ts';
import { strangenessOf } from '../../../core/models/foreign-latents.ts';
import { normaliseLatents } from '../../../core/models/latents.ts';
import type { LatentSpace } from '../../artefacts/boundaries.ts';
import { latentFiles, readSynthesis } from '../../artefacts/synthesis.ts';
import { readNpy } from '../../files/files.ts';
import { exists } from '../../files/places.ts';
import { namedFiles, type Search } from '../../interop/interfacegan.ts';
import type { Log } from '../../log/log.ts';
import type { FinishedRun } from '../../runs/run-folder.ts';

export interface Faces extends LatentSpace {
  /** The attributes that boundaries are wanted of. */
  readonly attributes: readonly string[];
  readonly count: number;
  /** [count, size], as the generator sees them. */
  readonly latents: Float32Array;
  /** [attributes, count]: one row an attribute. */
  readonly logits: Float32Array;
  /** Each row's attribute, the logit above which it counts as present, and the source of the scores, for people. */
  readonly rows: readonly { readonly attribute: string; readonly threshold: number; readonly origin: string }[];
  /** The run of `synthesize` that they are of; undefined for faces from elsewhere. */
  readonly run: FinishedRun | undefined;
}

/** @param logits [attributes, count]. @returns the scores [count] of one row's attribute and, one by one, of all others. */
export function scoresOf(logits: Float32Array, count: number, row: number) {
  const rows = Array.from({ length: logits.length / count }, (_, k) => logits.subarray(k * count, (k + 1) * count));
  return { own: rows[row]!, others: rows.filter((_, k) => k !== row) };
}

/** The direction of brightness. Locking it holds the light while something else moves. */
const brightness = {
  attribute: brightnessName,
  origin: 'fitted to how bright the middle of each generated picture is',
};

/** Reads a run of `synthesize`. @throws UserError where files do not fit together or numbers are not finite. */
export async function readFaces(run: FinishedRun): Promise<Faces> {
  const { attributes, thresholds, geometry } = await readSynthesis(run);
  const rows = attributes.map((attribute, a) => ({ attribute, threshold: thresholds[a]!, origin: 'classifier' }));
  const latents = await readMatrix(run.file(latentFiles[geometry]), [null, null]);
  const [count] = latents.shape;
  checkNotEmpty(latents.shape, run.file(latentFiles[geometry]));
  const { data: logits } = await readMatrix(run.file('logits.npy'), [count, rows.length]);
  const made = { attributes, geometry, run };
  // Faces of earlier versions have no brightness, and labels of one's own may know it already.
  if (attributes.includes(brightnessName) || !(await exists(run.file('brightness.npy')))) {
    return faces(latents, rows, logits, made);
  }
  const { data: light } = await readMatrix(run.file('brightness.npy'), [count, 1]);
  const columns = rows.length + 1;
  const scores = Float32Array.from({ length: count * columns }, (_, at) => {
    const [face, column] = [Math.floor(at / columns), at % columns];
    return column < rows.length ? logits[face * rows.length + column]! : light[face]!;
  });
  return faces(latents, [...rows, { ...brightness, threshold: quantile(light, 0.5) }], scores, made);
}

/**
 * Reads faces labelled elsewhere, in InterFaceGAN's files: latents (N, d), brought to length √d, and for each attribute
 * `<attribute>_scores.npy` (N, 1), or all 40 in one `scores.npy` (N, 40). A score counts as present above 0.5 where
 * all are probabilities, in [0, 1], and above 0 where they are not.
 * @throws UserError as `readFaces`.
 */
export async function readScoredFaces(
  latentFile: string,
  scorePaths: readonly string[],
  log: Log,
  search: Search = {},
): Promise<Faces> {
  if (basename(latentFile) === latentFiles.linear) {
    throw new UserError(
      `${latentFile} must be of latents z; its name says that it is of u, a style generator's inner latents. Give ` +
        'the run that made its faces with --synthesis',
    );
  }
  const latents = await readMatrix(latentFile, [null, null]);
  const [count, size] = latents.shape;
  checkNotEmpty(latents.shape, latentFile);
  const strangeness = strangenessOf(latents.data, size);
  if (strangeness !== undefined) {
    log.warn(
      `the latents of ${latentFile} ${strangeness}; each is brought to that length. Latents w of a StyleGAN make no ` +
        'boundaries for this program: give its z',
    );
  }
  const table = scorePaths.length === 1 && basename(scorePaths[0]!) === 'scores.npy' ? scorePaths[0] : undefined;
  const { files, note } =
    table === undefined ? await namedFiles(scorePaths, 'scores', search) : { files: [], note: undefined };
  if (note !== undefined) log.warn(note);
  const scored = table === undefined ? files.map(file => file.attribute) : attributeNames;
  const scores = new Float32Array(count * scored.length);
  if (table !== undefined) scores.set((await readMatrix(table, [count, scored.length])).data);
  for (const [a, { path, sign }] of files.entries()) {
    for (const [face, score] of (await readScores(path, count)).entries())
      scores[face * scored.length + a] = sign * score;
  }
  const rows = scored.map((attribute, a) => {
    const sign = files[a]?.sign ?? 1;
    let probabilities = true;
    for (let at = a; at < scores.length; at += scored.length) {
      probabilities &&= sign * scores[at]! >= 0 && sign * scores[at]! <= 1;
    }
    return { attribute, threshold: probabilities ? sign / 2 : 0, origin: 'fitted to scores' };
  });
  const normalised = { ...latents, data: normaliseLatents(latents.data, size, latentFile) };
  return faces(normalised, rows, scores, { attributes: attributeNames, geometry: 'sphere', run: undefined });
}

/** Puts latents and logits into shared memory, the logits a row an attribute. */
function faces(
  latents: { readonly shape: readonly [number, number]; readonly data: Float32Array },
  rows: Faces['rows'],
  data: Float32Array,
  made: Pick<Faces, 'attributes' | 'geometry' | 'run'>,
): Faces {
  const [count, size] = latents.shape;
  return {
    count,
    size,
    latents: shared(latents.data.length, target => target.set(latents.data)),
    logits: shared(data.length, target => {
      for (const [at, logit] of data.entries()) {
        target[(at % rows.length) * count + Math.floor(at / rows.length)] = logit;
      }
    }),
    rows,
    ...made,
  };
}

/** @throws UserError for a file of no faces. */
function checkNotEmpty([count, size]: readonly [number, number], path: string): void {
  if (count > 0 && size > 0) return;
  throw new UserError(`${path} must hold latents; it has none, by its shape [${count}, ${size}]. Make it again`);
}

/** @throws UserError unless the file holds a matrix of this shape, null standing for any length, of finite numbers. */
async function readMatrix(path: string, expected: readonly [number | null, number | null]) {
  const array = await readNpy(path);
  checkShape(array, expected, path);
  return { shape: array.shape as [number, number], data: finiteNumbers(array, path) };
}

function finiteNumbers({ shape, data: read }: NdArray, path: string): Float32Array {
  const data = toFloat32(read);
  const wrong = data.findIndex(value => !Number.isFinite(value));
  if (wrong >= 0) {
    const row = Math.floor(wrong / Math.max(1, shape[1] ?? 1));
    throw new UserError(`${path} must hold finite numbers; row ${row} has ${data[wrong]}. Make it again`);
  }
  return data;
}

/** @returns the scores of so many faces, which are in a row or in a column. */
async function readScores(path: string, count: number): Promise<Float32Array> {
  const array = await readNpy(path);
  const isRow = array.shape.length === 1 || (array.shape.length === 2 && array.shape[0] === 1);
  if (!isRow || array.data.length !== count) checkShape(array, [count, 1], path);
  return finiteNumbers(array, path);
}

/** @returns numbers in memory that all threads share. */
function shared(count: number, fill: (data: Float32Array) => void): Float32Array {
  const data = new Float32Array(new SharedArrayBuffer(count * Float32Array.BYTES_PER_ELEMENT));
  fill(data);
  return data;
}
