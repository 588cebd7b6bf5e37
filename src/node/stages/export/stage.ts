// Stage `export`: writes a bundle's networks as ONNX files for other programs.
import { join } from 'node:path';
import { z } from 'zod';
import { isScored } from '../../../core/directions/scored.ts';
import { type Bundle, bundleFiles } from '../../../core/editor/bundle.ts';
import { bundleNetworks } from '../../../core/editor/networks.ts';
import type { Target } from '../../../core/graph/target.ts';
import { ganModel } from '../../../core/models/gan-kinds.ts';
import type { GanModel } from '../../../core/models/gan-model.ts';
import { classifierOnnx, encoderOnnx, generatorOnnx, mappingOnnx } from '../../../core/models/inference.ts';
import { readBundleFolder } from '../../artefacts/bundle.ts';
import { writeJson, writeWhole } from '../../files/files.ts';
import { withRun } from '../../runs/run-folder.ts';
import { pathOption, runOptions } from '../framework/options.ts';
import { defineStage } from '../framework/stage.ts';

const { seed: _noRandomChoices, ...folderOptions } = runOptions;

const options = z.strictObject({
  bundle: pathOption().describe('folder of a model bundle'),
  weights: z
    .enum(['float32', 'float16'])
    .default('float32')
    .describe(
      'how weights are stored; float16: half the bytes (of mapping.onnx as many), brought back to float32 when the file is opened',
    ),
  ...folderOptions,
});

/** The file that describes the inputs and outputs of the networks. */
const description = 'networks.json';

export const exportNetworks = defineStage({
  name: 'export',
  description: "Write a bundle's networks as ONNX files for other programs, with what goes in and comes out.",
  examples: ['--bundle models/celeba-64 --out exported', '--bundle models/celeba-64 --weights float16 --out exported'],
  options,
  async run(config, { log }) {
    const { bundle: folder, weights, out, resume, force } = config;
    const inputs = { bundle: join(folder, bundleFiles.index) };
    const bundle = await readBundleFolder(folder);
    return withRun(out, { stage: 'export', options, config, inputs, resume, force, log }, async run => {
      const { generator, classifier, encoder } = bundleNetworks(bundle);
      const model = ganModel(generator.architecture);
      // No operator that only some runtimes have.
      const target: Target = { fusedMatMul: false, weights };
      const files = {
        'generator.onnx': generatorOnnx(generator.architecture, generator.weights, target),
        ...(model.geometry === 'linear' && {
          // Every layer inherits its errors, and it has few weights: a bundle stores it exactly too.
          'mapping.onnx': mappingOnnx(generator.architecture, generator.weights, { ...target, weights: 'float32' }),
        }),
        'classifier.onnx': classifierOnnx(classifier.architecture, classifier.weights, target),
        ...(encoder && { 'encoder.onnx': encoderOnnx(encoder.architecture, encoder.weights, target) }),
      };
      for (const [name, bytes] of Object.entries(files)) await writeWhole(run.file(name), bytes);
      await writeJson(run.file(description), describe(bundle, model));
      const megabytes = Object.values(files).reduce((sum, { length }) => sum + length, 0) / 1e6;
      return { out, files: [...Object.keys(files), description], weights, megabytes };
    });
  },
});

function describe(bundle: Bundle, model: GanModel) {
  const { name, sha256, psi = 1, directions, generator, encoder, resolution, latentSize } = bundle;
  const attributes = directions.filter(isScored);
  const images = `[n, 3, ${resolution}, ${resolution}]`;
  const latents = `[n, ${latentSize}]`;
  const rows = model.layers === 1 ? latents : `[n, ${model.layers}, ${latentSize}]`;
  const seen =
    generator.normalisation === 'chromaticity' ? "each colour's share of R + G + B, by 2x − 1" : 'RGB, 2x / 255 − 1';
  const imagesAre = `images in planes, ${seen}, in [-1, 1]`;
  const perLayer = model.layers === 1 ? '' : ', a row a layer from coarse to fine; the same in all for one face';
  return {
    bundle: { name, sha256 },
    format: 'ONNX, operator set 21; all values are float32, and n, the batch, is any number',
    networks: {
      'generator.onnx': {
        input: { shape: rows, meaning: `${meaningOfLatents(model)}${perLayer}` },
        output: { shape: images, meaning: imagesAre.replace('in [-1, 1]', 'about [-1, 1]: clip them') },
      },
      ...(model.geometry === 'linear' && {
        'mapping.onnx': {
          input: { shape: latents, meaning: 'z ~ N(0, I)' },
          output: {
            shape: latents,
            meaning: `u, of unit covariance: a row of what the generator takes; times ${psi} it is the face that edit draws`,
          },
        },
      }),
      'classifier.onnx': {
        input: { shape: images, meaning: imagesAre },
        output: {
          shape: `[n, ${attributes.length}]`,
          meaning: 'logits; the probability is 1 / (1 + exp(−(slope · logit + intercept)))',
        },
      },
      ...(encoder && {
        'encoder.onnx': {
          input: { shape: images, meaning: `${imagesAre}, of a photo’s face, placed as the training pictures are` },
          output: { shape: rows, meaning: 'what the generator takes to make a face like it' },
        },
      }),
    },
    logits: attributes.map(({ attribute, threshold, probability = { slope: 1, intercept: 0 } }) => ({
      attribute,
      threshold,
      ...probability,
    })),
  };
}

function meaningOfLatents({ geometry, normalisesLatents, architecture }: GanModel): string {
  if (geometry === 'linear') return 'u, as mapping.onnx makes it';
  const { latentSize } = architecture;
  return normalisesLatents
    ? `z ~ N(0, I), which the generator brings to length √${latentSize}`
    : `z ~ N(0, I), at length √${latentSize}`;
}
