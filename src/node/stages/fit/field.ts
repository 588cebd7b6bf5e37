// Fits the field to the faces of a `fit` run: one small network for all of their scores together.
import { mean } from '../../../core/math/statistics.ts';
import { fitField, minibatch } from '../../../core/training/field/trainer.ts';
import { type StoredField, writeField } from '../../artefacts/field.ts';
import { cpuDevice } from '../../devices/device.ts';
import type { Run } from '../../runs/run-folder.ts';
import { explainingDivergence } from '../framework/divergence.ts';
import type { StageContext } from '../framework/stage.ts';
import type { Faces } from './faces.ts';

/** Units of the hidden layers. */
export const fieldWidths = [256, 256] as const;
/** Latents shown in a whole fit, where the faces are many; few are shown more often, up to `mostEpochs`. */
const latentsShown = 1_000_000;
const [fewestEpochs, mostEpochs] = [4, 40];
/** Fewer faces than this say too little about so many weights. */
const fewestFaces = 16 * minibatch;

/** @returns undefined where there are too few faces. One thread computes, so that the result is the same for any number. */
export async function fitFieldTo(
  run: Run,
  faces: Faces,
  seed: number,
  { log, signal }: StageContext,
): Promise<StoredField | undefined> {
  if (faces.count < fewestFaces) {
    log.info(`no field: it takes ${fewestFaces} faces or more; there are ${faces.count}`);
    return undefined;
  }
  const outputs = faces.rows.map(({ attribute }) => attribute);
  const architecture = { latentSize: faces.size, widths: [...fieldWidths], outputs };
  const epochs = fieldEpochs(faces.count);
  const progress = log.progress('field', epochs, 'epochs');
  const onEpoch = (epoch: number, loss: number) => {
    signal.throwIfAborted();
    progress.update(epoch, `loss ${loss.toFixed(4)}`);
  };
  const data = { latents: faces.latents, scores: transposed(faces) };
  const remedy = 'leave the field out with --no-field';
  const fitted = await explainingDivergence(remedy, () =>
    fitField(cpuDevice(1), data, { architecture, seed, epochs, onEpoch }),
  );
  progress.finish();
  const field = { architecture, weights: fitted.weights, r2: fitted.r2.map(r2 => (Number.isFinite(r2) ? r2 : null)) };
  await writeField(run, field);
  const known = field.r2.filter(r2 => r2 !== null);
  log.info(`field: it predicts ${(100 * mean(known)).toFixed(0)} % of the variance of scores on held-out faces`);
  return field;
}

/** @returns passes over so many faces. */
export function fieldEpochs(faces: number): number {
  return Math.max(fewestEpochs, Math.min(mostEpochs, Math.round(latentsShown / faces)));
}

/** @returns scores a row a face, [count, attributes]. */
function transposed({ logits, count, rows }: Faces): Float32Array {
  const scores = new Float32Array(logits.length);
  for (let a = 0; a < rows.length; a++) {
    for (let face = 0; face < count; face++) scores[face * rows.length + a] = logits[a * count + face]!;
  }
  return scores;
}
