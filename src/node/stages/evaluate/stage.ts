// Stage `evaluate`: how well a bundle edits, or how near a generator's images come to those it was trained on.
import { z } from 'zod';
import { UserError } from '../../../core/errors.ts';
import { openDevice } from '../../devices/device.ts';
import { editOptions, evaluateEdits, printEffects } from '../evaluate-edits/edits.ts';
import { evaluateGenerator, generatorOptions, printQuality } from '../evaluate-generator/generator.ts';
import { deviceOptions, pathOption, runOptions, threadsOption } from '../framework/options.ts';
import { defineStage } from '../framework/stage.ts';

const options = z.strictObject({
  bundle: pathOption().optional().describe('folder of a model bundle, to measure its edits'),
  generator: pathOption().optional().describe('run folder of train gan, to measure its images'),
  judge: pathOption()
    .optional()
    .describe(
      'run folder of train classifier, of a network that labelled nothing: it says what edits did; of --generator, ' +
        'precision, recall and Fréchet distance are measured in its features; left out: the classifier does it',
    ),
  ...editOptions,
  ...generatorOptions,
  ...deviceOptions,
  threads: threadsOption(
    'of --bundle: threads, each with attributes of its own, and the result is the same for any number; of --generator: ' +
      'threads of a computation, and results are bit-equal only between runs with the same number',
  ),
  ...runOptions,
});

export const evaluate = defineStage({
  name: 'evaluate',
  description:
    "Measure what moving an attribute does to the other 39, or how a generator's images differ from real ones.",
  examples: [
    '--bundle models/celeba-64 --out runs/evaluation',
    '--bundle models/mine --judge runs/judge --out runs/hair --attributes Bald,Bangs',
    '--generator runs/gan --dataset runs/dataset --classifier runs/classifier --out runs/quality',
    '--generator runs/gan --dataset runs/dataset --judge runs/judge --out runs/quality',
  ],
  options,
  async run(config, context) {
    await openDevice(config); // a missing one is told before anything is read or begun
    const {
      bundle,
      generator,
      judge,
      attributes,
      faces,
      unlockedFaces,
      dataset,
      classifier,
      images,
      pairs,
      psi,
      ...common
    } = config;
    if (bundle !== undefined && generator === undefined) {
      return evaluateEdits({ bundle, judge, attributes, faces, unlockedFaces, ...common }, context);
    }
    if (generator !== undefined && bundle === undefined) {
      return evaluateGenerator({ generator, judge, dataset, classifier, images, pairs, psi, ...common }, context);
    }
    throw new UserError(
      'evaluate measures either edits or a generator: give one of --bundle and --generator; got ' +
        (bundle === undefined ? 'neither' : 'both'),
    );
  },
  print: summary => ('pairs' in summary ? printEffects(summary) : printQuality(summary)),
});
