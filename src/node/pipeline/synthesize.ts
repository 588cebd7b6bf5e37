// Stage `synthesize`: generated faces with their latents and the classifier's word on each attribute.
import { z } from 'zod';
import { attributeNames } from '../../core/attributes.ts';
import { UserError } from '../../core/errors.ts';
import { normaliseLatents, sampleLatents } from '../../core/latent/sampling.ts';
import { createRandom } from '../../core/math/random.ts';
import { classifierRunner, generatorRunner } from '../../core/models/inference.ts';
import { openDevice } from '../io/device.ts';
import { createNpyWriter, writeJson, writeWhole } from '../io/files.ts';
import { classifierDetailsSchema, ganArchitectureSchema, readTensors } from '../io/networks.ts';
import { openRun, withRun } from '../io/run-folder.ts';
import { encodeGrid } from '../report/image-grid.ts';
import { deviceOptions, pathOption, runOptions } from './options.ts';
import { defineStage } from './stage.ts';

const options = z.strictObject({
  generator: pathOption().describe('run folder of train gan'),
  classifier: pathOption().describe('run folder of train classifier, at the same resolution'),
  count: z.int().min(1).default(100_000).describe('faces to make'),
  ...deviceOptions,
  ...runOptions,
});

/** What `synthesis.json` tells of the faces. */
export const synthesisSchema = z.object({
  count: z.int().min(1),
  thresholds: z.array(z.number()).length(attributeNames.length),
  /** Share of the faces in which the classifier sees each attribute. */
  frequencies: z.record(z.string(), z.number()),
});

/** Faces made and labelled at a time; only these are ever in memory. */
const shardSize = 500;
const batch = 20;
/** Faces on the thumbnail sheet. */
const thumbnails = 100;

export const synthesize = defineStage({
  name: 'synthesize',
  description: 'Generate faces and label each with the classifier: latents and logits for fit.',
  examples: [
    '--generator runs/gan --classifier runs/classifier --out runs/synthesis',
    '--generator runs/gan --classifier runs/classifier --out runs/few --count 5000',
  ],
  options,
  async run(config, { log, signal }) {
    const device = await openDevice(config);
    const generatorRun = await openRun(config.generator, 'train gan');
    const classifierRun = await openRun(config.classifier, 'train classifier');
    const generator = await readTensors(generatorRun.file('generator.safetensors'), ganArchitectureSchema);
    const classifier = await readTensors(classifierRun.file('classifier.safetensors'), classifierDetailsSchema);
    const { resolution, latentSize } = generator.details;
    const { architecture, thresholds } = classifier.details;
    if (architecture.resolution !== resolution) {
      throw new UserError(
        `generator and classifier must have one resolution; got ${resolution} and ${architecture.resolution}`,
      );
    }
    if (generator.details.normalisation === 'chromaticity' && architecture.normalisation === 'range') {
      throw new UserError(
        'a generator of chromaticities needs a classifier of them; got one of normalisation range. Train it with ' +
          '--normalisation chromaticity',
      );
    }
    const inputs = { generator: config.generator, classifier: config.classifier };
    const { resume, force } = config;
    return withRun(config.out, { stage: 'synthesize', config, inputs, resume, force, log }, async run => {
      const generate = await generatorRunner(device, generator.details, generator.tensors, batch);
      const classify = await classifierRunner(device, architecture, classifier.tensors, batch);
      const latentFile = await createNpyWriter(run.file('z.npy'), 'float32', [config.count, latentSize]);
      const logitFile = await createNpyWriter(run.file('logits.npy'), 'float32', [config.count, attributeNames.length]);
      const present = new Array<number>(attributeNames.length).fill(0);
      const progress = log.progress('synthesize', config.count, 'faces');
      for (let start = 0; start < config.count; start += shardSize) {
        signal.throwIfAborted();
        const count = Math.min(shardSize, config.count - start);
        // A stream a shard: face i is the same whatever was made before it.
        const drawn = sampleLatents(createRandom(config.seed, start / shardSize), count, latentSize);
        const latents = normaliseLatents(drawn, latentSize);
        const images = await generate.run(latents);
        const logits = await classify.run(images);
        await latentFile.append(latents);
        await logitFile.append(logits);
        logits.forEach((logit, at) => {
          const attribute = at % attributeNames.length;
          if (logit > thresholds[attribute]!) present[attribute]!++;
        });
        if (start === 0) {
          const shown = images.subarray(0, thumbnails * 3 * resolution ** 2);
          await writeWhole(run.file('thumbnails.png'), await encodeGrid(shown, { resolution, columns: 10 }));
        }
        progress.update(start + count);
      }
      await latentFile.close();
      await logitFile.close();
      await generate.release();
      await classify.release();
      progress.finish();
      const frequencies = Object.fromEntries(
        attributeNames.map((attribute, index) => [attribute, present[index]! / config.count]),
      );
      const details = { count: config.count, resolution, latentSize, latents: 'normalised', thresholds, frequencies };
      await writeJson(run.file('synthesis.json'), details);
      return { count: config.count, frequencies };
    });
  },
});
