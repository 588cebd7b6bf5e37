// The files of a `fit` run: 40 boundaries as NumPy and InterFaceGAN read them, and what is known of each as JSON.
import { z } from 'zod';
import { attributeNames } from '../../core/attributes.ts';
import { UserError } from '../../core/errors.ts';
import { toFloat64 } from '../../core/formats/nd-array.ts';
import { encodeNpy } from '../../core/formats/npy.ts';
import type { Boundary, BoundaryFit } from '../../core/latent/boundary.ts';
import { readJson, readNpy, writeJson, writeWhole } from './files.ts';
import { readJsonLines } from './json-lines.ts';
import { runFiles } from './manifest.ts';
import type { Run } from './run-folder.ts';

export const boundaryFiles = {
  /** float64 [40, d]: unit normals in the order of the label file, zeros where there is no boundary. */
  normals: 'boundaries.npy',
  /** Per attribute: intercept and metrics, or the reason why there is no boundary. */
  details: 'boundaries.json',
  table: 'boundaries.csv',
  /** By attribute: what the fit is worth with 250, 500, … samples; see `learningCurve`. */
  curves: 'curves.json',
  /** float64 [1, d] each, InterFaceGAN's format; only of attributes that have a boundary. */
  single: (attribute: string) => `${attribute}_boundary.npy`,
} as const;

const detailsSchema = z.object({
  latentSize: z.int().min(1),
  attributes: z
    .array(
      z.discriminatedUnion('controllable', [
        z.object({
          attribute: z.enum(attributeNames),
          controllable: z.literal(true),
          intercept: z.number(),
          metrics: z.object({
            dataSize: z.int(),
            training: z.object({ accuracy: z.number() }),
            test: z.object({ accuracy: z.number(), f1: z.number(), auc: z.number().nullable() }),
            heldOut: z.object({ auc: z.number().nullable() }),
          }),
        }),
        z.object({ attribute: z.enum(attributeNames), controllable: z.literal(false), reason: z.string() }),
      ]),
    )
    .length(attributeNames.length),
});

/** What is known of each of the 40 attributes' boundaries, in the order of the label file. */
export type BoundaryDetails = z.output<typeof detailsSchema>['attributes'];

/** Where a run keeps its files; a run being written and a finished one both do. */
interface Folder {
  file(name: string): string;
}

/** What metrics.jsonl and the details tell of a boundary: all but its normal. */
type Entry = Extract<BoundaryFit, { controllable: false }> | ({ controllable: true } & Omit<Boundary, 'normal'>);

function entryOf(fit: BoundaryFit): Entry {
  if (!fit.controllable) return fit;
  const { attribute, intercept, metrics } = fit.boundary;
  return { attribute, controllable: true, intercept, metrics };
}

/** Writes one boundary of a run in progress, which `keptBoundaries` finds again. @param size the latent's, d. */
export async function writeBoundary(run: Run, fit: BoundaryFit, size: number): Promise<void> {
  if (fit.controllable) {
    const { attribute, normal } = fit.boundary;
    await writeWhole(run.file(boundaryFiles.single(attribute)), encodeNpy({ shape: [1, size], data: normal }));
  }
  run.metrics(entryOf(fit));
}

/** @returns what an interrupted run has finished, in order; nothing where the run is new. */
export async function keptBoundaries(run: Run): Promise<BoundaryFit[]> {
  const fits: BoundaryFit[] = [];
  for (const entry of (await readJsonLines(run.file(runFiles.metrics))) as unknown as Entry[]) {
    if (!entry.controllable) fits.push(entry);
    else {
      const { controllable, ...boundary } = entry;
      const { data } = await readNpy(run.file(boundaryFiles.single(entry.attribute)));
      fits.push({ controllable, boundary: { ...boundary, normal: toFloat64(data) } });
    }
  }
  return fits;
}

/** @param fits one for each attribute, in the order of the label file. @param size the latent's, d. */
export async function writeBoundaries(run: Run, fits: readonly BoundaryFit[], size: number): Promise<void> {
  const normals = new Float64Array(fits.length * size);
  for (const [i, fit] of fits.entries()) if (fit.controllable) normals.set(fit.boundary.normal, i * size);
  await writeWhole(run.file(boundaryFiles.normals), encodeNpy({ shape: [fits.length, size], data: normals }));
  await writeJson(run.file(boundaryFiles.details), { latentSize: size, attributes: fits.map(entryOf) });
}

/** @throws UserError for damaged or foreign files. */
export async function readBoundaryDetails(run: Folder): Promise<{ latentSize: number; attributes: BoundaryDetails }> {
  const path = run.file(boundaryFiles.details);
  const details = detailsSchema.safeParse(await readJson(path));
  if (details.success) return details.data;
  throw new UserError(`${path} must describe 40 boundaries: ${z.prettifyError(details.error).split('\n')[0]}`);
}
