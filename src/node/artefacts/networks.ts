// Networks and checkpoints as safetensors files: the weights, and in the metadata what is needed to rebuild them.
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { brokenRuleOf } from '../../core/formats/broken-rule.ts';
import type { NdArray } from '../../core/formats/nd-array.ts';
import { decodeSafetensors, encodeSafetensors } from '../../core/formats/safetensors.ts';
import { jsonOrUndefined } from '../../core/formats/versioned-json.ts';
import { normalisationSchema } from '../../core/images/colour.ts';
import { classifierArchitectureSchema } from '../../core/models/classifier.ts';
import { pgganSchema } from '../../core/models/pggan/architecture.ts';
import { styleSchema } from '../../core/models/style/architecture.ts';
import { readWhole, writeWhole } from '../files/files.ts';
import { openRun } from '../runs/run-folder.ts';

type FloatArrays = Record<string, NdArray<Float32Array>>;

/** Writes a safetensors file. @param details plain data, kept beside the tensors as JSON. */
export async function writeTensors(path: string, tensors: FloatArrays, details: object): Promise<void> {
  await writeWhole(path, encodeSafetensors(tensors, { details: JSON.stringify(details) }));
}

/**
 * Reads what `writeTensors` wrote.
 * @param schema of the details. @throws UserError naming the file when it is damaged or another's.
 */
export async function readTensors<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<{ tensors: FloatArrays; details: z.output<Schema> }> {
  const { tensors, metadata } = decodeSafetensors(await readWhole(path), path);
  const said = jsonOrUndefined(metadata.details);
  const details = schema.safeParse(said);
  if (!details.success) {
    const broken = brokenRuleOf(schema, said, 'its description');
    throw new UserError(`${path} does not say what network it holds: ${broken}. Make it again`);
  }
  for (const [name, { data }] of Object.entries(tensors)) {
    if (!(data instanceof Float32Array)) throw new UserError(`${path}: tensor ${name} must be float32`);
  }
  return { tensors: tensors as FloatArrays, details: details.data };
}

const randomStateSchema = z.object({
  words: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  spareNormal: z.number().nullable(),
});

/** The state of a trainer in its checkpoint: random numbers, place in the shuffled images, smoothed figures. */
export const trainingStateSchema = z.object({
  steps: z.int(),
  random: randomStateSchema,
  sampler: z.object({ epoch: randomStateSchema, position: z.int() }),
  recent: z.record(z.string(), z.number()).default({}),
});

/** How the images that a generator was trained on and makes are coloured. */
const normalisation = normalisationSchema.default('range');

/** The details in a finished generator's file. */
export const ganDetailsSchema = z.discriminatedUnion('kind', [
  styleSchema.extend({ normalisation }),
  pgganSchema.extend({ normalisation }),
]);

export type GanDetails = z.output<typeof ganDetailsSchema>;

export const classifierDetailsSchema = z
  .object({
    architecture: classifierArchitectureSchema,
    /** Logit above which an attribute counts as present. */
    thresholds: z.array(z.number()),
    /** σ(slope · logit + intercept) is the probability. */
    calibration: z.array(z.object({ slope: z.number(), intercept: z.number() })),
  })
  .refine(
    ({ architecture, thresholds, calibration }) =>
      [thresholds, calibration].every(list => list.length === architecture.attributes.length),
    'must have a threshold and a calibration of each attribute',
  );

/** The networks in the runs that train them. */
export const networkFiles = { generator: 'generator.safetensors', classifier: 'classifier.safetensors' } as const;

/** @throws UserError for no run of `train gan`, or a damaged one. */
export async function readGenerator(folder: string) {
  const run = await openRun(folder, 'train gan');
  return { run, ...(await readTensors(run.file(networkFiles.generator), ganDetailsSchema)) };
}

/** @throws UserError for no run of `train classifier`, or a damaged one. */
export async function readClassifier(folder: string) {
  const run = await openRun(folder, 'train classifier');
  return { run, ...(await readTensors(run.file(networkFiles.classifier), classifierDetailsSchema)) };
}

/** @param role its part, for the message. @throws UserError where it cannot take a generator's images. */
export function checkClassifierFits(
  classifier: Pick<GanDetails, 'resolution' | 'normalisation'>,
  generator: Pick<GanDetails, 'resolution' | 'normalisation'>,
  role: 'classifier' | 'judge' = 'classifier',
): void {
  if (classifier.resolution !== generator.resolution) {
    throw new UserError(
      `generator and ${role} must have one resolution; got ${generator.resolution} and ${classifier.resolution}`,
    );
  }
  if (generator.normalisation === 'chromaticity' && classifier.normalisation === 'range') {
    throw new UserError(
      `a generator of chromaticities needs a ${role} of them; got one of normalisation range. Train it with ` +
        '--normalisation chromaticity',
    );
  }
}
