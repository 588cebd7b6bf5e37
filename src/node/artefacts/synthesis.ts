// The description that `synthesize` writes of its faces, and the names of its files.
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { attributeListSchema } from '../../core/formats/attribute-list.ts';
import { type Geometry, geometryNames } from '../../core/models/latents.ts';
import { readJson } from '../files/files.ts';
import type { FinishedRun } from '../runs/run-folder.ts';

export const synthesisFile = 'synthesis.json';

/** The file of the latents, [n, d] as the generator sees them, by where they lie. */
export const latentFiles: Readonly<Record<Geometry, string>> = { sphere: 'z.npy', linear: 'u.npy' };

const synthesisSchema = z
  .object({
    /** Left out, as is `psi`, by earlier versions. */
    geometry: z.enum(geometryNames).default('sphere'),
    /** Truncation; 1 for none. */
    psi: z.number().default(1),
    /** The columns of the logits. */
    attributes: attributeListSchema,
    thresholds: z.array(z.number()),
    /** Share of the faces in which the classifier sees each attribute. */
    frequencies: z.record(z.string(), z.number()),
    count: z.int().min(1),
  })
  .refine(({ attributes, thresholds }) => attributes.length === thresholds.length);

export type Synthesis = z.output<typeof synthesisSchema>;

/** Reads the description. @throws UserError where a run of `synthesize` does not describe its faces. */
export async function readSynthesis(run: FinishedRun): Promise<Synthesis> {
  const details = synthesisSchema.safeParse(await readJson(run.file(synthesisFile)));
  if (details.success) return details.data;
  throw new UserError(`${run.file(synthesisFile)} must describe generated faces. Run synthesize again`);
}
