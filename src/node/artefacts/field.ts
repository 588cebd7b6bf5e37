// The field in a run of `fit`: its weights, and how well it predicts faces that it was not fitted to.
import { z } from 'zod';
import { type FieldArchitecture, fieldArchitectureSchema } from '../../core/models/field.ts';
import type { Weights } from '../../core/models/weights.ts';
import { exists } from '../files/places.ts';
import type { RunFolder } from '../runs/run-folder.ts';
import { readTensors, writeTensors } from './networks.ts';

export const fieldFile = 'field.safetensors';

const detailsSchema = z.object({
  architecture: fieldArchitectureSchema,
  /** R² on held-out faces, one an output; null where all of them have one score. */
  r2: z.array(z.number().nullable()),
});

export interface StoredField {
  readonly architecture: FieldArchitecture;
  readonly weights: Weights;
  readonly r2: readonly (number | null)[];
}

export async function writeField(run: RunFolder, { architecture, weights, r2 }: StoredField): Promise<void> {
  await writeTensors(run.file(fieldFile), { ...weights }, { architecture, r2 });
}

/** @returns undefined for a run without one. @throws UserError for a damaged file. */
export async function readField(run: RunFolder): Promise<StoredField | undefined> {
  const path = run.file(fieldFile);
  if (!(await exists(path))) return undefined;
  const { tensors, details } = await readTensors(path, detailsSchema);
  return { ...details, weights: tensors };
}
