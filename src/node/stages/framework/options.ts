// Declares the options that several stages share, so that a flag means the same everywhere.
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { mostPsi } from '../../../core/models/latents.ts';
import { deviceNames } from '../../devices/device.ts';
import { pathValues } from './option-schema.ts';

/**
 * A path; an empty one, such as an unset shell variable leaves, is refused. How it is spelt changes no result: inputs
 * are compared by their content.
 */
export function pathOption() {
  return z.string().min(1, { error: 'must be a path, not empty' }).meta({ values: pathValues, neutral: true });
}

/** A name; an empty one, such as a lone comma leaves in a list, is refused before anything is read. */
export function nameOption() {
  return z.string().min(1, { error: 'must be a name, not empty' });
}

/** Truncation ψ: how much is left of the way from the mean face to each face. */
export function psiOption() {
  return z.number().min(0).max(mostPsi);
}

/** Boundaries to derive from others by locking attributes, in InterFaceGAN's manner. */
export function conditionOption() {
  return z
    .array(z.string())
    .default([])
    .describe('boundaries to derive, as primal:lock+lock, e.g. Young:Male+Eyeglasses, kept as Young_c_Male_Eyeglasses');
}

/** The generator whose files are taken out of folders that hold those of several, as InterFaceGAN's does. */
export function generatorOption() {
  return nameOption()
    .optional()
    .describe('generator whose files count, as in their names, where a folder has those of several: pggan_celebahq');
}

/** A folder for other programs. @param what is written into it. */
export function exportOption(what = 'the boundaries') {
  return pathOption()
    .optional()
    .describe(
      `folder for ${what} under InterFaceGAN's names (age is −Young); its files of the same names are replaced`,
    );
}

/** Threads, each with work of its own, whose number changes no result. @param own what each of them does. */
export function threadsOption(own: string) {
  return threads(`threads, each with ${own}; the result is the same for any number`).meta({ neutral: true });
}

function threads(description: string) {
  return z
    .int()
    .min(1)
    .max(256)
    .default(availableParallelism())
    .meta({ defaultInWords: "the machine's cores" })
    .describe(description);
}

/** Each seed of some stages stands for up to two million seeds of faces, and beyond 2⁵³ whole numbers are not all there. */
export const largestSeed = 2 ** 32;

export function seedOption(largest: number) {
  return z.int().min(0).max(largest).default(0).describe('seed of all random choices: the same seed repeats the run');
}

/** @returns the values of the preset that is named; none for a name that is no preset's, which the table then refuses. */
export function presetOf(
  presets: Readonly<Record<string, object>>,
  { preset }: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return typeof preset === 'string' && Object.hasOwn(presets, preset) ? { ...presets[preset] } : {};
}

/** The options of every stage that writes a run folder; spread them into its table. */
export const runOptions = {
  out: pathOption().meta({ destination: 'run' }).describe('folder of the new run; it appears when the run is complete'),
  seed: seedOption(largestSeed),
  force: z.boolean().default(false).describe('replace an earlier run at --out, once the new one is complete'),
  resume: z
    .boolean()
    .default(false)
    .describe(
      'keep the run at --out if it is finished and unchanged, or continue it; options that make the result must be the same',
    ),
};

/** The options of every stage that runs networks. */
export const deviceOptions = {
  device: z
    .enum(deviceNames)
    .default('cpu')
    .describe('device that computes: the processor or a GPU; `face-tuning doctor` shows which work here'),
  threads: threads('threads of a computation; results are bit-equal only between runs with the same number'),
};
