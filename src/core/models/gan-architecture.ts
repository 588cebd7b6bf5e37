// The architecture of a GAN as options, files and bundles keep it; `kind` says which network it describes.
import { z } from 'zod';
import { pgganSchema } from './pggan/architecture.ts';
import { styleSchema } from './style/architecture.ts';

export const ganKinds = ['pggan', 'style'] as const;

export const ganArchitectureSchema = z.discriminatedUnion('kind', [styleSchema, pgganSchema]);
export type GanArchitecture = Readonly<z.output<typeof ganArchitectureSchema>>;
