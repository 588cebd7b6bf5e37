// Runs a classifier up to its last features, in which generated and real images are compared.
import type { ImageSet } from '../../core/images/image-set.ts';
import { classify, evaluationBatch } from '../../core/measures/answers/classify.ts';
import type { Tick } from '../../core/measures/tick.ts';
import { classifierFeatures } from '../../core/models/classifier.ts';
import { classifierRunner } from '../../core/models/inference.ts';
import type { Device } from '../../core/runtime/device.ts';
import type { FinishedRun } from '../runs/run-folder.ts';
import { checkClassifierFits, type GanDetails, readClassifier } from './networks.ts';

/** Features of a set of images, a row each. */
export interface Features {
  readonly count: number;
  /** Numbers in a row. */
  readonly size: number;
  /** [count, size]. */
  readonly values: Float32Array;
}

export interface FeatureNetwork {
  /** The network's name for people: distances in the features of another network do not compare. */
  readonly name: string;
  /** @param tick told after each block of images. */
  featuresOf(images: ImageSet, tick?: Tick): Promise<Features>;
  release(): Promise<void>;
}

/**
 * @param folder run folder of `train classifier`. @param role the option that named it.
 * @throws UserError where it does not take the generator's images.
 */
export async function openFeatureNetwork(
  folder: string,
  role: 'judge' | 'classifier',
  generator: GanDetails,
  device: Device,
): Promise<FeatureNetwork> {
  const { run, details, tensors } = await readFittingClassifier(folder, role, generator);
  const runner = await classifierRunner(device, details.architecture, tensors, evaluationBatch, classifierFeatures);
  return {
    name: nameOf(run),
    featuresOf: async (images, tick) => {
      const values = await classify(images, runner, tick);
      return { count: images.count, size: values.length / images.count, values };
    },
    release: () => runner.release(),
  };
}

/** @throws UserError where the folder holds no classifier, or one that cannot take the generator's images. */
export async function readFittingClassifier(
  folder: string,
  role: 'judge' | 'classifier',
  generator: Pick<GanDetails, 'resolution' | 'normalisation'>,
) {
  const classifier = await readClassifier(folder);
  checkClassifierFits(classifier.details.architecture, generator, role);
  return classifier;
}

function nameOf(run: FinishedRun): string {
  const { preset, seed } = run.config;
  return `the classifier of preset ${String(preset)}, seed ${String(seed)} (${accuracyOf(run)})`;
}

/** @returns how good a classifier is, in words, by the summary of its run. */
export function accuracyOf({ summary }: FinishedRun): string {
  const { testAccuracy } = summary; // null where its dataset had no test pictures
  return testAccuracy === null ? 'never tested' : `${(100 * Number(testAccuracy)).toFixed(2)} % of test labels right`;
}

/** @returns the `count` rows from `start` on, not copied. */
export function partOfFeatures({ size, values }: Features, start: number, count: number): Features {
  return { count, size, values: values.subarray(start * size, (start + count) * size) };
}
