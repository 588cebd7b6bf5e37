// Opens a trained classifier as the judge of a bundle's edits.
import { areSameAttributes } from '../../../core/attributes.ts';
import { type Judge, ownJudge, ownJudgeName } from '../../../core/calibration/judge.ts';
import type { Bundle } from '../../../core/editor/bundle.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { bundleNetworks, roundedWeights } from '../../../core/editor/networks.ts';
import { logitOf } from '../../../core/editor/probability.ts';
import { UserError } from '../../../core/errors.ts';
import { classifierRunner } from '../../../core/models/inference.ts';
import type { Weights } from '../../../core/models/weights.ts';
import { accuracyOf, readFittingClassifier } from '../../artefacts/classifier-features.ts';
import { networkFiles } from '../../artefacts/networks.ts';
import { type DeviceOptions, openDevice } from '../../devices/device.ts';
import { recordedFiles } from '../../runs/finished-run.ts';

/** Images per run of the network. */
const batch = 50;

/**
 * Reads the network of a judge, which stages do before they begin a run.
 * @param folder run folder of `train classifier`.
 * @returns it, whether it is the bundle's own classifier, and its name for captions.
 * @throws UserError where the judge takes images of another size or colours, or knows other attributes.
 */
export async function readJudge(folder: string, bundle: Bundle) {
  const { resolution, generator, classifier } = bundle;
  const images = { resolution, normalisation: generator.normalisation };
  const found = await readFittingClassifier(folder, 'judge', images);
  if (!areSameAttributes(found.details.architecture.attributes, classifier.architecture.attributes)) {
    throw new UserError(
      `the judge must know the bundle's attributes; that of ${folder} knows others. Train it on the same dataset`,
    );
  }
  const isOwn = areSameWeights(found.tensors, bundleNetworks(bundle).classifier.weights);
  return { ...found, isOwn, name: isOwn ? ownJudgeName : `a judge that labelled nothing (${accuracyOf(found.run)})` };
}

/**
 * @param folder run folder of `train classifier`; left out, or that of the bundle's own classifier: that one, which
 *   grades its own labels.
 * @throws UserError as `readJudge`.
 */
export async function openJudge(
  folder: string | undefined,
  editor: FaceEditor,
  options: DeviceOptions,
): Promise<Judge> {
  if (folder === undefined) return ownJudge(editor);
  const { details, tensors, isOwn, name } = await readJudge(folder, editor.bundle);
  if (isOwn) return ownJudge(editor);
  const runner = await classifierRunner(await openDevice(options), details.architecture, tensors, batch);
  return {
    name,
    isOwn,
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
  return recordedFiles(folder, networkFiles.classifier);
}
