// Opens a trained classifier as the judge of a bundle's edits.
import { areSameAttributes } from '../../../core/attributes.ts';
import { type Judge, ownJudge } from '../../../core/calibration/judge.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { bundleNetworks, roundedWeights } from '../../../core/editor/networks.ts';
import { logitOf } from '../../../core/editor/probability.ts';
import { UserError } from '../../../core/errors.ts';
import { classifierRunner } from '../../../core/models/inference.ts';
import type { Weights } from '../../../core/models/weights.ts';
import { accuracyOf } from '../../artefacts/classifier-features.ts';
import { checkClassifierFits, classifierDetailsSchema, readTensors } from '../../artefacts/networks.ts';
import { type DeviceOptions, openDevice } from '../../devices/device.ts';
import { recordedFiles } from '../../runs/finished-run.ts';
import { openRun } from '../../runs/run-folder.ts';

const classifierFile = 'classifier.safetensors';
/** Images per run of the network. */
const batch = 50;

/**
 * @param folder run folder of `train classifier`; left out, or that of the bundle's own classifier: that one, which
 *   grades its own labels.
 * @throws UserError where the judge takes images of another size or colours, or knows other attributes.
 */
export async function openJudge(
  folder: string | undefined,
  editor: FaceEditor,
  options: DeviceOptions,
): Promise<Judge> {
  if (folder === undefined) return ownJudge(editor);
  const run = await openRun(folder, 'train classifier');
  const { details, tensors } = await readTensors(run.file(classifierFile), classifierDetailsSchema);
  const { resolution, generator } = editor.bundle;
  checkClassifierFits(details.architecture, { resolution, normalisation: generator.normalisation }, 'judge');
  if (!areSameAttributes(details.architecture.attributes, editor.attributes)) {
    throw new UserError(
      `the judge must know the bundle's attributes; that of ${folder} knows others. Train it on the same dataset`,
    );
  }
  if (areSameWeights(tensors, bundleNetworks(editor.bundle).classifier.weights)) return ownJudge(editor);
  const runner = await classifierRunner(await openDevice(options), details.architecture, tensors, batch);
  return {
    name: `a judge that labelled nothing (${accuracyOf(run)})`,
    isOwn: false,
    thresholds: details.thresholds,
    logitAt: (column, probability) => logitOf({ probability: details.calibration[column]! }, probability),
    score: images => runner.run(images),
    release: () => runner.release(),
  };
}

/** @param kept by a bundle, exactly or in half precision. @returns whether they are weights of one training. */
function areSameWeights(given: Weights, kept: Weights): boolean {
  const rounded = roundedWeights(given);
  const are = (some: Weights) => (name: string) =>
    some[name]?.data.length === kept[name]!.data.length &&
    kept[name]!.data.every((value, at) => value === some[name]!.data[at]);
  return Object.keys(kept).every(name => are(given)(name) || are(rounded)(name));
}

/** @returns the files of a judge's run that `openJudge` reads. */
export function judgeFiles(folder: string): string[] {
  return recordedFiles(folder, classifierFile);
}
