// The architecture of a GAN of any kind, as options, files and bundles hold it; `kind` says which.
import { z } from 'zod';
import { pgganSchema } from './pggan/architecture.ts';
import { styleSchema } from './style/architecture.ts';

export const ganKinds = ['pggan', 'style'] as const;

export const ganArchitectureSchema = z.union([styleSchema, pgganSchema]);
export type GanArchitecture = Readonly<z.output<typeof ganArchitectureSchema>>;
