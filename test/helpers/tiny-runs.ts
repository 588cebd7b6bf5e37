// Finished runs of a dataset of given images and of untrained networks, made without running their stages.
import { attributeNames } from '../../src/core/attributes.ts';
import { encodeNpy } from '../../src/core/formats/npy.ts';
import type { Normalisation } from '../../src/core/images/colour.ts';
import type { StoredImages } from '../../src/core/images/image-set.ts';
import type { GanArchitecture } from '../../src/core/models/gan-architecture.ts';
import { datasetFiles, type SplitName, splitNames } from '../../src/node/artefacts/dataset.ts';
import { writeTensors } from '../../src/node/artefacts/networks.ts';
import { writeJson, writeWhole } from '../../src/node/files/files.ts';
import { withRun } from '../../src/node/runs/run-folder.ts';
import { randomClassifierWeights, randomGeneratorWeights, tinyClassifier } from './tiny-networks.ts';

/** @param splitOf the split of each image. @param options of `prepare`. */
export async function writeTinyDataset(
  out: string,
  images: StoredImages,
  splitOf: (at: number) => SplitName,
  options: object = {},
) {
  const { resolution, count, pixels } = images;
  await withRun(out, { stage: 'prepare', config: { resolution, ...options }, inputs: {} }, async run => {
    const arrays = {
      [datasetFiles.images]: { shape: [count, 3, resolution, resolution], data: pixels },
      [datasetFiles.labels]: { shape: [count, attributeNames.length], data: new Uint8Array(count * 40) },
      [datasetFiles.split]: {
        shape: [count],
        data: Uint8Array.from({ length: count }, (_, at) => splitNames.indexOf(splitOf(at))),
      },
      [datasetFiles.identities]: { shape: [count], data: new Int32Array(count).fill(-1) },
    };
    for (const [name, array] of Object.entries(arrays)) await writeWhole(run.file(name), encodeNpy(array));
    await writeJson(
      run.file(datasetFiles.names),
      Array.from({ length: count }, (_, at) => `${at}.jpg`),
    );
    return {};
  });
}

export async function writeTinyGenerator(
  out: string,
  architecture: GanArchitecture & { readonly normalisation?: Normalisation },
): Promise<void> {
  await withRun(out, { stage: 'train gan', config: {}, inputs: {} }, async run => {
    await writeTensors(run.file('generator.safetensors'), { ...randomGeneratorWeights(architecture) }, architecture);
    return {};
  });
}

/**
 * A run of an untrained classifier whose thresholds rise with the attribute.
 * @param seed of the weights: by default, others than those of tiny bundles.
 */
export async function writeTinyClassifier(
  out: string,
  architecture = tinyClassifier,
  seed = 3,
  inputs: Readonly<Record<string, string>> = {},
): Promise<void> {
  const config = { preset: 'judge', seed: 3 };
  await withRun(out, { stage: 'train classifier', config, inputs }, async run => {
    await writeTensors(run.file('classifier.safetensors'), randomClassifierWeights(architecture, seed), {
      architecture,
      thresholds: architecture.attributes.map((_, a) => (a - 20) / 100),
      calibration: architecture.attributes.map(() => ({ slope: 1, intercept: 0 })),
    });
    return { testAccuracy: 0.5 };
  });
}
