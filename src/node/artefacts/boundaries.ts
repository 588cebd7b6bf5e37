// The files of a `fit` run: its boundaries as NumPy and InterFaceGAN read them, and what is known of each as JSON.
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import {
  boundarySchema,
  type Direction,
  type DirectionFacts,
  directionSchema,
} from '../../core/directions/direction.ts';
import type { BoundaryFit, BoundaryMetrics } from '../../core/directions/fit/boundary.ts';
import type { HandLabelledMetrics } from '../../core/directions/fit/hand-labelled.ts';
import { UserError } from '../../core/errors.ts';
import { brokenRuleOf } from '../../core/formats/broken-rule.ts';
import { toFloat64 } from '../../core/formats/nd-array.ts';
import { encodeNpy } from '../../core/formats/npy.ts';
import { type Geometry, geometryNames } from '../../core/models/latents.ts';
import { readJson, readNpy, writeJson, writeWhole } from '../files/files.ts';
import { readJsonLines } from '../files/json-lines.ts';
import { exists } from '../files/places.ts';
import { runFiles } from '../runs/manifest.ts';
import type { Run, RunFolder } from '../runs/run-folder.ts';
import { fieldFile } from './field.ts';

const singleEnding = '_boundary.npy';

export const boundaryFiles = {
  /** float64 [attributes, d]: unit normals in the order of the details, zeros where there is no boundary. */
  normals: 'boundaries.npy',
  /** Per attribute: intercept and metrics, or the reason why there is no boundary. */
  details: 'boundaries.json',
  table: 'boundaries.csv',
  /** For each attribute how good the fit is with 250, 500, … samples; see `learningCurve`. */
  curves: 'curves.json',
  /** float64 [1, d], InterFaceGAN's format: one file for each direction that has a boundary. */
  single: (attribute: string) => `${attribute}${singleEnding}`,
} as const;

/** The space of the latents that boundaries were fitted to. */
export interface LatentSpace {
  /** d, the length of a latent. */
  readonly size: number;
  readonly geometry: Geometry;
}

/** `boundaries.json`, whose two lists of directions become one. */
const detailsSchema = z
  .object({
    latentSize: z.int().min(1),
    /** Left out by earlier versions. */
    geometry: z.enum(geometryNames).default('sphere'),
    attributes: z
      .array(
        z.discriminatedUnion('controllable', [
          z.object({
            attribute: directionSchema.shape.attribute,
            controllable: z.literal(true),
            intercept: boundarySchema.shape.intercept,
            metrics: z
              .object({
                dataSize: z.int(),
                training: z.object({ accuracy: z.number() }),
                test: z.object({ accuracy: z.number(), f1: z.number(), auc: z.number().nullable() }),
                heldOut: z.object({ auc: z.number().nullable() }),
              })
              .nullable(),
          }),
          z.object({ attribute: directionSchema.shape.attribute, controllable: z.literal(false), reason: z.string() }),
        ]),
      )
      .min(1),
    extra: z
      .array(
        z.object({
          attribute: directionSchema.shape.attribute,
          intercept: boundarySchema.shape.intercept,
          origin: z.string(),
        }),
      )
      .default([]),
  })
  .transform(({ latentSize, geometry, attributes, extra }) => {
    const fitted = attributes.map((entry): DirectionFacts => {
      const { attribute, controllable } = entry;
      if (!controllable) return { attribute, boundary: null, controllable, reason: entry.reason };
      const { intercept, metrics: found } = entry;
      const metrics = found && {
        dataSize: found.dataSize,
        trainingAccuracy: found.training.accuracy,
        testAccuracy: found.test.accuracy,
        f1: found.test.f1,
        auc: found.test.auc,
        heldOutAuc: found.heldOut.auc,
      };
      return { attribute, boundary: { intercept, ...(metrics && { metrics }) }, controllable };
    });
    const others = extra.map(({ attribute, intercept, origin }): DirectionFacts => {
      return { attribute, boundary: { intercept }, controllable: true, origin };
    });
    return { latentSize, geometry, directions: [...fitted, ...others] };
  });

/** A direction as `fit` keeps it, with all its metrics, or the reason why there is none. */
export type StoredFit =
  | { readonly controllable: true; readonly boundary: StoredBoundary }
  | Extract<BoundaryFit, { controllable: false }>;

export interface StoredBoundary extends Direction {
  /** null where it comes from elsewhere and there were no faces to measure it on. */
  readonly metrics: BoundaryMetrics | HandLabelledMetrics | null;
  /** Where it comes from, for people; left out for the classifier's attributes. */
  readonly origin?: string;
}

/** @returns the name of what was fitted. */
export function attributeOf(fit: StoredFit): string {
  return fit.controllable ? fit.boundary.attribute : fit.attribute;
}

/** Whether it is of one of the attributes that were asked for; directions beyond these say where they come from. */
export function isOfAttribute(fit: StoredFit): boolean {
  return !fit.controllable || fit.boundary.origin === undefined;
}

/** @returns directions beyond the attributes as JSON keeps them: without their normals, which stand in arrays beside. */
export function furtherDirections(directions: readonly StoredFit[]): Omit<StoredBoundary, 'normal'>[] {
  const others = directions.filter(each => !isOfAttribute(each));
  return others.flatMap(each => {
    if (!each.controllable) return [];
    const { normal: _, ...rest } = each.boundary;
    return [rest];
  });
}

/** A boundary in metrics.jsonl and in the details: everything but its normal. */
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
  await run.rewind(() => true); // drops a line that was cut short, to which the next one would be added
  const fits: StoredFit[] = [];
  for (const entry of (await readJsonLines(run.file(runFiles.metrics))) as unknown as Entry[]) {
    if (!entry.controllable) fits.push(entry);
    else {
      const { controllable, ...boundary } = entry;
      const { data } = await readNpy(run.file(boundaryFiles.single(entry.attribute)));
      fits.push({ controllable, boundary: { ...boundary, normal: toFloat64(data) } });
    }
  }
  // The rest is made anew, by options that may have changed.
  const kept = new Set(
    fits.filter(fit => fit.controllable).map(({ boundary }) => boundaryFiles.single(boundary.attribute)),
  );
  const later = (await readdir(run.folder)).filter(name => name.endsWith(singleEnding) && !kept.has(name));
  for (const name of [...later, boundaryFiles.curves, fieldFile]) await rm(run.file(name), { force: true });
  return fits;
}

/** @param directions one for each attribute, in their order, then any others. */
export async function writeBoundaries(
  run: Run,
  directions: readonly StoredFit[],
  { size, geometry }: LatentSpace,
): Promise<void> {
  for (const each of directions) if (each.controllable) await writeNormal(run, each.boundary);
  const attributes = directions.filter(isOfAttribute);
  const normals = new Float64Array(attributes.length * size);
  for (const [i, fit] of attributes.entries()) if (fit.controllable) normals.set(fit.boundary.normal, i * size);
  await writeWhole(run.file(boundaryFiles.normals), encodeNpy({ shape: [attributes.length, size], data: normals }));
  const extra = furtherDirections(directions);
  const details = { latentSize: size, geometry, attributes: attributes.map(entryOf), extra };
  await writeJson(run.file(boundaryFiles.details), details);
}

/**
 * @param path a boundary's file. @returns what is known of it where it lies in a run of `fit` or `import boundaries`;
 *   undefined for a file from elsewhere. @throws UserError as `readBoundaryDetails`.
 */
export async function knownBeside(path: string): Promise<{ intercept: number; geometry: Geometry } | undefined> {
  const file = (name: string) => join(dirname(path), name);
  if (!(await exists(file(boundaryFiles.details)))) return undefined;
  const { directions, geometry } = await readBoundaryDetails({ file });
  const found = directions.find(({ attribute }) => boundaryFiles.single(attribute) === basename(path));
  return found?.boundary ? { intercept: found.boundary.intercept, geometry } : undefined;
}

/** @returns what a run says of its directions. @throws UserError for damaged or foreign files. */
export async function readBoundaryDetails(run: RunFolder): Promise<z.output<typeof detailsSchema>> {
  const path = run.file(boundaryFiles.details);
  const said = await readJson(path);
  const details = detailsSchema.safeParse(said);
  if (details.success) return details.data;
  throw new UserError(
    `${path} must describe the boundaries of attributes: ${brokenRuleOf(detailsSchema, said)}. Fit them again`,
  );
}
