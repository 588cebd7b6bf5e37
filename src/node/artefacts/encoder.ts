// The encoder in a run of `train encoder`: the weights of the network that finds a photo's latents.
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { type EncoderArchitecture, encoderArchitectureSchema } from '../../core/models/encoder.ts';
import type { Weights } from '../../core/models/weights.ts';
import { type FinishedRun, isInput, openRun, type RunFolder } from '../runs/run-folder.ts';
import { readTensors, writeTensors } from './networks.ts';

const encoderFile = 'encoder.safetensors';

const detailsSchema = z.object({ architecture: encoderArchitectureSchema });

export interface StoredEncoder {
  readonly architecture: EncoderArchitecture;
  readonly weights: Weights;
}

export async function writeEncoder(run: RunFolder, { architecture, weights }: StoredEncoder) {
  await writeTensors(run.file(encoderFile), { ...weights }, { architecture });
}

/** @throws UserError for no run of `train encoder`, or a damaged one. */
export async function readEncoder(folder: string): Promise<StoredEncoder & { readonly run: FinishedRun }> {
  const run = await openRun(folder, 'train encoder');
  const { details, tensors } = await readTensors(run.file(encoderFile), detailsSchema);
  return { ...details, weights: tensors, run };
}

/** @throws UserError where the encoder was trained for another generator: its latents mean nothing to this one. */
export async function checkEncoderFits(encoder: FinishedRun, generator: string): Promise<void> {
  if (await isInput(encoder, 'generator', generator)) return;
  const { folder, manifest } = encoder;
  throw new UserError(
    `the encoder must have been trained for the same generator; ${folder} was for that of ` +
      `${manifest.inputs.generator!.path}, not ${generator}. Train one with --start-from that`,
  );
}
