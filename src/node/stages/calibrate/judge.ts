// Opens the network that says whether an edit did what it should: best one that labelled nothing itself.
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { logitOf } from '../../../core/editor/probability.ts';
import { UserError } from '../../../core/errors.ts';
import { classifierRunner } from '../../../core/models/inference.ts';
import { classifierDetailsSchema, readTensors } from '../../artefacts/networks.ts';
import type { DeviceOptions } from '../../devices/device.ts';
import { openDevice } from '../../devices/device.ts';
import { openRun } from '../../runs/run-folder.ts';

/** Images that it looks at at a time. */
const batch = 50;

export interface Judge {
  /** Who it is, for captions. */
  readonly name: string;
  /** Logit above which it sees an attribute, [40]. */
  readonly thresholds: readonly number[];
  /** @returns its logit where its calibrated probability of that attribute, by its column, is this. */
  logitAt(column: number, probability: number): number;
  /** Images [n, 3, R, R] → logits [n, 40]. */
  score(images: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * @param folder run folder of `train classifier`; left out: the bundle's own classifier, which then grades the labels
 *   it gave. @throws UserError where the judge takes images of another size.
 */
export async function openJudge(
  folder: string | undefined,
  editor: FaceEditor,
  options: DeviceOptions,
): Promise<Judge> {
  if (folder === undefined) {
    return {
      name: 'the classifier whose labels the boundaries were fitted to: it grades its own work',
      thresholds: editor.bundle.attributes.map(({ threshold }) => threshold),
      logitAt: (column, probability) => logitOf(editor.bundle.attributes[column]!, probability),
      score: images => editor.score(images),
      release: async () => {},
    };
  }
  const run = await openRun(folder, 'train classifier');
  const { details, tensors } = await readTensors(run.file('classifier.safetensors'), classifierDetailsSchema);
  const { resolution } = editor.bundle;
  if (details.architecture.resolution !== resolution) {
    throw new UserError(
      `the judge must take the bundle's images of ${resolution}×${resolution}; that of ${folder} takes ` +
        `${details.architecture.resolution}×${details.architecture.resolution}`,
    );
  }
  const runner = await classifierRunner(await openDevice(options), details.architecture, tensors, batch);
  const accuracy = (100 * Number(run.summary.testAccuracy)).toFixed(2);
  return {
    name: `a judge that labelled nothing (${accuracy} % of test labels right)`,
    thresholds: details.thresholds,
    logitAt: (column, probability) => logitOf({ probability: details.calibration[column]! }, probability),
    score: images => runner.run(images),
    release: () => runner.release(),
  };
}
