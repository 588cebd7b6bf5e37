// The files of a `fit` run: 40 boundaries as NumPy and InterFaceGAN read them, and what is known of each as JSON.
import { z } from 'zod';
import { attributeNames } from '../../core/attributes.ts';
import { UserError } from '../../core/errors.ts';
import { encodeNpy } from '../../core/formats/npy.ts';
import type { BoundaryFit } from '../../core/latent/boundary.ts';
import { readJson, writeJson, writeWhole } from './files.ts';

export const boundaryFiles = {
  /** float64 [40, d]: unit normals in the order of the label file, zeros where there is no boundary. */
  normals: 'boundaries.npy',
  /** Per attribute: intercept and metrics, or the reason why there is no boundary. */
  details: 'boundaries.json',
  table: 'boundaries.csv',
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

/** @param fits one for each attribute, in the order of the label file. @param size the latent's, d. */
export async function writeBoundaries(run: Folder, fits: readonly BoundaryFit[], size: number): Promise<void> {
  const normals = new Float64Array(fits.length * size);
  const attributes: object[] = [];
  for (const [i, fit] of fits.entries()) {
    if (!fit.controllable) {
      attributes.push(fit);
      continue;
    }
    const { attribute, normal, intercept, metrics } = fit.boundary;
    normals.set(normal, i * size);
    attributes.push({ attribute, controllable: true, intercept, metrics });
    await writeWhole(run.file(boundaryFiles.single(attribute)), encodeNpy({ shape: [1, size], data: normal }));
  }
  await writeWhole(run.file(boundaryFiles.normals), encodeNpy({ shape: [fits.length, size], data: normals }));
  await writeJson(run.file(boundaryFiles.details), { latentSize: size, attributes });
}

/** @throws UserError for damaged or foreign files. */
export async function readBoundaryDetails(run: Folder): Promise<{ latentSize: number; attributes: BoundaryDetails }> {
  const path = run.file(boundaryFiles.details);
  const details = detailsSchema.safeParse(await readJson(path));
  if (details.success) return details.data;
  throw new UserError(`${path} must describe 40 boundaries: ${z.prettifyError(details.error).split('\n')[0]}`);
}
