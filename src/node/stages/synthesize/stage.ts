// Stage `synthesize`: generates faces, and labels each attribute of each with the classifier.
import { z } from 'zod';
import { ganModel } from '../../../core/models/gan-kinds.ts';
import { checkPsi } from '../../../core/models/latents.ts';
import { checkClassifierFits, type classifierDetailsSchema } from '../../artefacts/networks.ts';
import { latentFiles, type Synthesis, synthesisFile } from '../../artefacts/synthesis.ts';
import { openDevice } from '../../devices/device.ts';
import { createNpyWriter, readNpy, writeJson, writeWhole } from '../../files/files.ts';
import { readJsonLines } from '../../files/json-lines.ts';
import { encodeGrid } from '../../presentation/image-grid.ts';
import { runFiles } from '../../runs/manifest.ts';
import { type Run, withRun } from '../../runs/run-folder.ts';
import { deviceOptions, pathOption, psiOption, runOptions } from '../framework/options.ts';
import { checkSpread, spread, spreadOptions } from '../framework/spread.ts';
import { defineStage } from '../framework/stage.ts';
import { readNetworks, recordedNetworks } from './networks.ts';
import type { ShardOrder } from './shard.ts';
import { shardSize, shards } from './work.ts';

const options = z.strictObject({
  generator: pathOption().describe('run folder of train gan'),
  classifier: pathOption().describe('run folder of train classifier, at the same resolution'),
  count: z.int().min(1).default(100_000).describe('faces to make'),
  psi: psiOption()
    .default(1)
    .describe('truncation, for style generators; boundaries are best fitted at 1, to all the variety'),
  ...deviceOptions,
  ...spreadOptions('faces of its own'),
  ...runOptions,
});

/** Faces by which processors are compared: one run of the networks. */
const sampleSize = 20;
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
  async run(config, context) {
    const { log } = context;
    await openDevice(config); // a missing device is reported before anything is read
    const { generator, classifier } = await readNetworks(config);
    const { resolution, latentSize } = generator.details;
    const { architecture, thresholds } = classifier.details;
    const { geometry } = ganModel(generator.details);
    checkClassifierFits(architecture, generator.details);
    checkPsi(config.psi, geometry, config.generator);
    const inputs = { generator: config.generator, classifier: config.classifier };
    await checkSpread(config, inputs);
    const { resume, force } = config;
    return withRun(config.out, { stage: 'synthesize', options, config, inputs, resume, force, log }, async run => {
      const kept = await keptFaces(run);
      const latentFile = await createNpyWriter(
        run.file(latentFiles[geometry]),
        'float32',
        [config.count, latentSize],
        kept,
      );
      const logitShape = [config.count, architecture.attributes.length] as const;
      const logitFile = await createNpyWriter(run.file('logits.npy'), 'float32', logitShape, kept);
      // Chromaticities have no brightness to measure.
      const brightnessFile =
        generator.details.normalisation === 'chromaticity'
          ? undefined
          : await createNpyWriter(run.file('brightness.npy'), 'float32', [config.count, 1], kept);
      const files = [latentFile, logitFile, ...(brightnessFile === undefined ? [] : [brightnessFile])];
      const { device, psi, seed, count } = config;
      const work = {
        shared: { ...inputs, device, psi, seed },
        files: recordedNetworks(inputs),
        sample: () => ({ shard: 0, count: sampleSize, shown: 0 }),
        orders: [...shardsOf(count, kept)],
      };
      const progress = log.progress('synthesize', config.count, 'faces', kept);
      let [made, last] = [kept, performance.now()];
      try {
        for await (const { latents, logits, brightness, images } of spread(shards, work, run, config, context)) {
          if (images.length > 0) {
            await writeWhole(run.file('thumbnails.png'), await encodeGrid(images, { resolution, columns: 10 }));
          }
          await latentFile.append(latents);
          await logitFile.append(logits);
          await brightnessFile?.append(brightness);
          // The record comes when all it tells of is on the disk: it is what an interrupted run goes on from.
          for (const file of files) await file.flush();
          const [more, now] = [latents.length / latentSize, performance.now()];
          made += more;
          run.metrics({ faces: made });
          run.timings({ faces: made, facesPerSecond: (1000 * more) / (now - last) });
          last = now;
          progress.update(made);
        }
      } catch (error) {
        for (const file of files) await file.abandon();
        throw error;
      }
      for (const file of files) await file.close();
      progress.finish();
      const frequencies = await frequenciesOf(run.file('logits.npy'), count, classifier.details);
      const { attributes } = architecture;
      const details: Synthesis = { geometry, psi, attributes, thresholds, frequencies, count };
      await writeJson(run.file(synthesisFile), { resolution, latentSize, ...details });
      return { count, frequencies };
    });
  },
});

/** How many faces an interrupted run has whole on the disk. What it began beyond these is made again. */
async function keptFaces(run: Run): Promise<number> {
  const { faces } = z
    .object({ faces: z.number() })
    .parse((await readJsonLines(run.file(runFiles.metrics))).at(-1) ?? { faces: 0 });
  await run.rewind(record => typeof record.faces === 'number' && record.faces <= faces);
  return faces;
}

/** @param kept faces that are there already: a whole number of shards. */
function* shardsOf(count: number, kept: number): Generator<ShardOrder> {
  for (let start = kept; start < count; start += shardSize) {
    const size = Math.min(shardSize, count - start);
    yield { shard: start / shardSize, count: size, shown: start === 0 ? Math.min(thumbnails, size) : 0 };
  }
}

/** Share of the faces whose logit lies above the attribute's threshold; read in pieces, for any number of faces. */
async function frequenciesOf(
  path: string,
  count: number,
  { architecture: { attributes }, thresholds }: z.output<typeof classifierDetailsSchema>,
) {
  const present = attributes.map(() => 0);
  const piece = 10_000;
  for (let start = 0; start < count; start += piece) {
    const { data } = await readNpy(path, { start, count: Math.min(piece, count - start) });
    for (let at = 0; at < data.length; at++) {
      const attribute = at % attributes.length;
      if (data[at]! > thresholds[attribute]!) present[attribute]!++;
    }
  }
  return Object.fromEntries(attributes.map((attribute, index) => [attribute, present[index]! / count]));
}
