// The files of a `fit` run: its boundaries as NumPy and InterFaceGAN read them, and what is known of each as JSON.

import { z } from 'zod';
import { attributeNames } from '../../core/attributes.ts';
import type { Direction } from '../../core/directions/direction.ts';
import type { Boundary, BoundaryFit, BoundaryMetrics } from '../../core/directions/fit/boundary.ts';
import type { OwnMetrics } from '../../core/directions/fit/hand-labelled.ts';

import { UserError } from '../../core/errors.ts';
import { toFloat64 } from '../../core/formats/nd-array.ts';
import { encodeNpy } from '../../core/formats/npy.ts';
import { type Geometry, geometryNames } from '../../core/models/latents.ts';
import { readJson, readNpy, writeJson, writeWhole } from '../files/files.ts';
import { readJsonLines } from '../files/json-lines.ts';
import { runFiles } from '../runs/manifest.ts';
import type { Run } from '../runs/run-folder.ts';

export const boundaryFiles = {
  /** float64 [40, d]: unit normals in the order of the label file, zeros where there is no boundary. */
  normals: 'boundaries.npy',
  /** Per attribute: intercept and metrics, or the reason why there is no boundary. */
  details: 'boundaries.json',
  table: 'boundaries.csv',
  /** By attribute: what the fit is worth with 250, 500, … samples; see `learningCurve`. */
  curves: 'curves.json',
  /** float64 [1, d] each, InterFaceGAN's format; of all that have a boundary, the extra ones too. */
  single: (attribute: string) => `${attribute}_boundary.npy`,
} as const;

/** The space of the latents that boundaries were fitted to. */
export interface LatentSpace {
  /** d. */
  readonly size: number;
  readonly geometry: Geometry;
}

const detailsSchema = z.object({
  latentSize: z.int().min(1),
  /** Left out by earlier versions. */
  geometry: z.enum(geometryNames).default('sphere'),
  attributes: z
    .array(
      z.discriminatedUnion('controllable', [
        z.object({
          attribute: z.enum(attributeNames),
          controllable: z.literal(true),
          intercept: z.number(),
          metrics: z
            .object({
              dataSize: z.int(),
              training: z.object({ accuracy: z.number() }),
              test: z.object({ accuracy: z.number(), f1: z.number(), auc: z.number().nullable() }),
              heldOut: z.object({ auc: z.number().nullable() }),
            })
            .nullable(),
        }),
        z.object({ attribute: z.enum(attributeNames), controllable: z.literal(false), reason: z.string() }),
      ]),
    )
    .length(attributeNames.length),
  extra: z.array(z.object({ attribute: z.string(), intercept: z.number(), origin: z.string() })).default([]),
});

/** A boundary and what it is worth; null where it comes from elsewhere and there were no faces to measure it on. */
export type StoredBoundary = Omit<Boundary, 'metrics'> & { readonly metrics: Boundary['metrics'] | null };
export type StoredFit =
  | { readonly controllable: true; readonly boundary: StoredBoundary }
  | Extract<BoundaryFit, { controllable: false }>;

/** A boundary of something that is none of the 40 attributes. */
export interface ExtraBoundary extends Direction {
  /** Where it comes from, in words. */
  readonly origin: string;
  /** What is known of it: of its scores as for the 40, of labels by hand as `OwnMetrics`. */
  readonly metrics: BoundaryMetrics | OwnMetrics | null;
}

/** What is known of each of the 40 attributes' boundaries, in the order of the label file. */
export type BoundaryDetails = z.output<typeof detailsSchema>['attributes'];

/** Where a run keeps its files; a run being written and a finished one both do. */
interface Folder {
  file(name: string): string;
}

/** What metrics.jsonl and the details tell of a boundary: all but its normal. */
type Entry = Extract<StoredFit, { controllable: false }> | ({ controllable: true } & Omit<StoredBoundary, 'normal'>);

function entryOf(fit: StoredFit): Entry {
  if (!fit.controllable) return fit;
  const { attribute, intercept, metrics } = fit.boundary;
  return { attribute, controllable: true, intercept, metrics };
}

/** Writes one boundary of a run in progress, which `keptBoundaries` finds again. */
export async function writeBoundary(run: Run, fit: StoredFit): Promise<void> {
  if (fit.controllable) await writeNormal(run, fit.boundary);
  run.metrics(entryOf(fit));
}

async function writeNormal(run: Run, { attribute, normal }: Direction): Promise<void> {
  const array = { shape: [1, normal.length], data: normal };
  await writeWhole(run.file(boundaryFiles.single(attribute)), encodeNpy(array));
}

/** @returns what an interrupted run has finished, in order; nothing where the run is new. */
export async function keptBoundaries(run: Run): Promise<StoredFit[]> {
  const fits: StoredFit[] = [];
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

/** @param fits one for each attribute, in the order of the label file. */
export async function writeBoundaries(
  run: Run,
  fits: readonly StoredFit[],
  extra: readonly ExtraBoundary[],
  { size, geometry }: LatentSpace,
): Promise<void> {
  const normals = new Float64Array(fits.length * size);
  for (const [i, fit] of fits.entries()) {
    if (!fit.controllable) continue;
    normals.set(fit.boundary.normal, i * size);
    await writeNormal(run, fit.boundary);
  }
  for (const boundary of extra) await writeNormal(run, boundary);
  await writeWhole(run.file(boundaryFiles.normals), encodeNpy({ shape: [fits.length, size], data: normals }));
  const known = extra.map(({ normal: _, ...rest }) => rest);
  const details = { latentSize: size, geometry, attributes: fits.map(entryOf), extra: known };
  await writeJson(run.file(boundaryFiles.details), details);
}

/** @throws UserError for damaged or foreign files. */
export async function readBoundaryDetails(run: Folder): Promise<z.output<typeof detailsSchema>> {
  const path = run.file(boundaryFiles.details);
  const details = detailsSchema.safeParse(await readJson(path));
  if (details.success) return details.data;
  throw new UserError(`${path} must describe 40 boundaries: ${z.prettifyError(details.error).split('\n')[0]}`);
}
