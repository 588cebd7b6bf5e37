// Stage `bundle`: puts networks and boundaries into one folder that the editor, the studio and the library load.
import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import { areSameAttributes } from '../../../core/attributes.ts';
import type { DirectionFacts } from '../../../core/directions/direction.ts';
import { isScored } from '../../../core/directions/scored.ts';
import {
  bundleFiles,
  indexedDirections,
  type KnownFace,
  longestModelName,
  steadinessSchema,
  writeBundleIndex,
} from '../../../core/editor/bundle.ts';
import { loadBundle } from '../../../core/editor/face-editor.ts';
import { knownFace } from '../../../core/editor/known-face.ts';
import { encodeWeights } from '../../../core/editor/networks.ts';
import { firstFew, UserError } from '../../../core/errors.ts';
import { type NdArray, toFloat64 } from '../../../core/formats/nd-array.ts';
import { encodeNpy } from '../../../core/formats/npy.ts';
import { encoderSpec } from '../../../core/models/encoder.ts';
import { fieldSpec } from '../../../core/models/field.ts';
import { ganModel } from '../../../core/models/gan-kinds.ts';
import { checkPsi, defaultPsi } from '../../../core/models/latents.ts';
import { boundaryFiles, readBoundaryDetails } from '../../artefacts/boundaries.ts';
import { hashBytes } from '../../artefacts/bundle.ts';
import { checkEncoderFits, readEncoder } from '../../artefacts/encoder.ts';
import { readField } from '../../artefacts/field.ts';
import {
  checkClassifierFits,
  type classifierDetailsSchema,
  readClassifier,
  readGenerator,
} from '../../artefacts/networks.ts';
import { cpuDevice } from '../../devices/device.ts';
import { readNpy, writeWhole } from '../../files/files.ts';
import { readJsonLines } from '../../files/json-lines.ts';
import { sharp } from '../../native/native-packages.ts';
import { encodeGrid } from '../../presentation/image-grid.ts';
import { runFiles } from '../../runs/manifest.ts';
import { type FinishedRun, findInput, isInput, openRun, withRun } from '../../runs/run-folder.ts';
import { pathOption, psiOption, runOptions } from '../framework/options.ts';
import { defineStage } from '../framework/stage.ts';
import { modelCard, type PictureSource } from './model-card.ts';
import { firstLatents, storedNetworks } from './stored-networks.ts';

const { seed: _noRandomChoices, ...folderOptions } = runOptions;

/** The weight that was best of those tried (docs/decisions/0013-held-locks.md). */
export const usualSteadiness = 1;

const options = z.strictObject({
  generator: pathOption().describe('run folder of train gan'),
  classifier: pathOption().describe('run folder of train classifier'),
  boundaries: pathOption().describe(
    'run folder of fit on faces of these networks; boundaries from elsewhere come in by fit --import',
  ),
  encoder: pathOption()
    .optional()
    .describe('run folder of train encoder, for this generator: with it the bundle can open photos'),
  quality: pathOption()
    .optional()
    .describe('run folder of evaluate generator, whose measurements come into the model card'),
  name: z
    .string()
    .max(longestModelName)
    .default('')
    .describe("name of the model, which calibrate keeps; left out: the folder's"),
  psi: psiOption()
    .optional()
    .meta({ defaultInWords: `${defaultPsi} where the generator has it` })
    .describe('truncation at which faces are drawn by default; the bundle keeps it'),
  steadiness: steadinessSchema
    .optional()
    .meta({ defaultInWords: `${usualSteadiness} where the boundaries have a field` })
    .describe(
      'how much edits along a curve hold back what is neither moved nor locked; 0: not at all. The bundle keeps it',
    ),
  openingSeed: z
    .int()
    .min(0)
    .optional()
    .describe('seed of the face that the studio opens with; kept in the bundle')
    .meta({ defaultInWords: "the studio's own choice" }),
  description: z.string().default('').describe('text at the head of the model card, in Markdown'),
  ...folderOptions,
});

/** Faces shown in the model card as they come, the seeds from 0 on; half precision is tried on them too. */
const shownFaces = 64;

export const bundle = defineStage({
  name: 'bundle',
  description: 'Put networks and boundaries into one folder that edit, the studio and the library load.',
  examples: [
    '--generator runs/gan --classifier runs/classifier --boundaries runs/boundaries --out models/mine',
    '--generator runs/gan --classifier runs/classifier --boundaries runs/boundaries --quality runs/quality --out models/mine',
  ],
  options,
  async run(config, { log }) {
    const { generator, classifier, boundaries, encoder, quality, out, resume, force } = config;
    const inputs = {
      ...{ generator, classifier, boundaries },
      ...(encoder !== undefined && { encoder }),
      ...(quality !== undefined && { quality }),
    };
    const [generatorFile, classifierFile] = [await readGenerator(generator), await readClassifier(classifier)];
    const runs = {
      generator: generatorFile.run,
      classifier: classifierFile.run,
      boundaries: await openRun(boundaries, 'fit', 'import boundaries'),
    };
    await checkOrigin(runs.boundaries, { generator, classifier });
    const measured = quality === undefined ? undefined : await openRun(quality, 'evaluate generator');
    if (measured !== undefined) await checkMeasured(measured, generator);
    const { directions: fitted, latentSize, geometry } = await readBoundaryDetails(runs.boundaries);
    const { resolution } = generatorFile.details;
    const own = ganModel(generatorFile.details).geometry;
    if (config.psi !== undefined) checkPsi(config.psi, own, generator);
    const psi = own === 'linear' ? (config.psi ?? defaultPsi) : undefined;
    if (geometry !== own) {
      throw new UserError(
        `boundaries must be in the generator's ${own} latents; ${boundaries} has them in ${geometry} ones. Fit to its faces`,
      );
    }
    checkClassifierFits(classifierFile.details.architecture, generatorFile.details);
    if (latentSize !== generatorFile.details.latentSize) {
      throw new UserError(
        `boundaries must be in the generator's latents of ${generatorFile.details.latentSize} numbers; ${boundaries} has ` +
          `them in ones of ${latentSize}. Fit to its faces`,
      );
    }
    const field = await readField(runs.boundaries);
    const { steadiness = usualSteadiness } = config;
    if (field === undefined && config.steadiness !== undefined) {
      throw new UserError(
        `--steadiness is for edits along a curve, which need a field; ${boundaries} has none. Leave it out, or fit with --field`,
      );
    }
    const found = encoder === undefined ? undefined : await readEncoder(encoder);
    if (found !== undefined) await checkEncoderFits(found.run, generator);
    const directions = scoredDirections(fitted, classifierFile.details);
    const name = config.name || basename(resolve(out));
    if (name.length > longestModelName) {
      throw new UserError(
        `--name must be given where the folder's own has more than ${longestModelName} characters; ${out} has ${name.length}`,
      );
    }
    return withRun(out, { stage: 'bundle', options, config, inputs, resume, force, log }, async run => {
      const { normalisation, ...architecture } = generatorFile.details;
      const facts = {
        name,
        generator: { architecture, normalisation },
        classifier: { architecture: classifierFile.details.architecture },
        ...(field && { field: { architecture: field.architecture, steadiness } }),
        ...(found && { encoder: { architecture: found.architecture } }),
        ...(psi !== undefined && { psi }),
        ...(config.openingSeed !== undefined && { openWith: { seed: config.openingSeed } }),
        ...indexedDirections(directions),
      };
      const stored = await storedNetworks(
        { generator: generatorFile, classifier: classifierFile },
        firstLatents(shownFaces, latentSize),
      );
      const card = modelCard({
        ...runs,
        name,
        architecture,
        directions,
        description: config.description,
        ...(found && { encoder: found.run }),
        ...(measured !== undefined && { quality: measured }),
        curve: await readJsonLines(runs.generator.file(runFiles.metrics)),
        networks: stored,
        shownFaces,
        pictures: await pictureSource([runs.generator, runs.classifier, ...(found ? [found.run] : [])]),
      });
      const contents = {
        [bundleFiles.generator]: stored.generator.bytes,
        [bundleFiles.classifier]: stored.classifier.bytes,
        [bundleFiles.boundaries]: await normalsOf(runs.boundaries, directions),
        ...(field && {
          [bundleFiles.field]: encodeWeights(fieldSpec(field.architecture), field.weights, 'float16'),
        }),
        ...(found && {
          [bundleFiles.encoder]: encodeWeights(encoderSpec(found.architecture), found.weights, 'float16'),
        }),
        [bundleFiles.samples]: await samplesOf(stored.images, resolution),
        [bundleFiles.modelCard]: new TextEncoder().encode(card),
      };
      for (const [file, bytes] of Object.entries(contents)) await writeWhole(run.file(file), bytes);
      const known = await knownFaceOf(await writeBundleIndex(facts, contents, hashBytes), contents);
      await writeWhole(run.file(bundleFiles.index), await writeBundleIndex({ ...facts, known }, contents, hashBytes));
      const bytes = Object.values(contents).reduce((sum, content) => sum + content.length, 0);
      if (directions.every(({ boundary }) => boundary === null)) {
        log.warn(
          `${name} can draw faces and edit none: no attribute has a boundary. Make more faces (synthesize --count), ` +
            'or fit to more of each (fit --ratio)',
        );
      }
      const controllable = facts.attributes.filter(attribute => attribute.controllable).length;
      const weights = { generator: stored.generator.weights, classifier: stored.classifier.weights };
      return { out, name, resolution, latentSize, controllable, weights, megabytes: bytes / 1e6 };
    });
  },
});

/** @returns the values of one face of a bundle that is not written yet, as the processor computes them. */
async function knownFaceOf(index: string, contents: Readonly<Record<string, Uint8Array>>): Promise<KnownFace> {
  const files: Record<string, Uint8Array> = { ...contents, [bundleFiles.index]: new TextEncoder().encode(index) };
  const editor = await loadBundle(cpuDevice(1), async name => files[name]!, hashBytes);
  const known = await knownFace(editor);
  await editor.release();
  return known;
}

/**
 * Adds what the classifier says of its attributes.
 * @throws UserError where the boundaries are of other attributes, and where one of these has a boundary that was never measured.
 */
function scoredDirections(
  found: readonly DirectionFacts[],
  { architecture, thresholds, calibration }: z.output<typeof classifierDetailsSchema>,
): DirectionFacts[] {
  const { attributes } = architecture;
  const own = found.filter(({ origin }) => origin === undefined).map(({ attribute }) => attribute);
  if (!areSameAttributes(own, attributes)) {
    throw new UserError(
      `boundaries must be of the classifier's ${attributes.length} attributes (${firstFew(attributes, 3)}); got ` +
        `${own.length} (${firstFew(own, 3)}). Fit to faces that this classifier labelled`,
    );
  }
  return found.map(({ attribute, ...facts }, column) => {
    if (column >= attributes.length) return { attribute, ...facts };
    if (facts.boundary !== null && facts.boundary.metrics === undefined) {
      throw new UserError(
        `boundaries must have been measured; that of ${attribute} was imported without. Run fit --import with ` +
          'the --synthesis of these networks',
      );
    }
    return { attribute, threshold: thresholds[column]!, probability: calibration[column]!, ...facts };
  });
}

/** @param images [n, 3, R, R]. @returns a WebP of eight in a row. */
async function samplesOf(images: Float32Array, resolution: number): Promise<Uint8Array> {
  const grid = await encodeGrid(images, { resolution, columns: 8 });
  return sharp(grid).webp({ quality: 90 }).toBuffer();
}

/** @returns the normals of all directions [directions, d], zeros where there is no boundary. */
async function normalsOf(run: FinishedRun, directions: readonly DirectionFacts[]): Promise<Uint8Array> {
  const others = directions.filter(each => !isScored(each));
  const names = [boundaryFiles.normals, ...others.map(({ attribute }) => boundaryFiles.single(attribute))];
  const parts = await Promise.all(names.map(name => readNpy(run.file(name))));
  const data = Float64Array.from(parts.flatMap(part => [...toFloat64(part.data)]));
  const [{ shape }] = parts as [NdArray, ...NdArray[]];
  return encodeNpy({ shape: [directions.length, shape[1]!], data });
}

/** Checks a run of `evaluate generator`. @throws UserError where another generator was measured. */
async function checkMeasured(quality: FinishedRun, generator: string): Promise<void> {
  if (await isInput(quality, 'generator', generator)) return;
  const { folder, manifest } = quality;
  throw new UserError(
    `--quality must be a run of evaluate generator --generator ${generator}; ${folder} measured ` +
      manifest.inputs.generator!.path,
  );
}

/** @returns where these runs have their pictures from, as the datasets tell that they were trained on. */
async function pictureSource(runs: readonly FinishedRun[]): Promise<PictureSource> {
  const sources = await Promise.all(runs.flatMap(run => [datasetSource(run), earlierSource(run)]));
  if (sources.includes('celeba')) return 'celeba'; // its terms bind the whole
  return sources.every(source => source === 'own') ? 'own' : 'unknown';
}

async function datasetSource(run: FinishedRun): Promise<PictureSource> {
  const dataset = await findInput(run, 'dataset');
  if (dataset === undefined) return 'unknown';
  const { manifest } = await openRun(dataset, 'prepare');
  return 'celeba pictures' in manifest.inputs ? 'celeba' : 'own';
}

/** Where a training went on from a checkpoint, the pictures of that one count, too; `own` where it did not. */
async function earlierSource(run: FinishedRun): Promise<PictureSource> {
  if (!('startFrom' in run.manifest.inputs)) return 'own';
  const checkpoint = await findInput(run, 'startFrom');
  const earlier = checkpoint && (await openRun(dirname(checkpoint), 'train gan').catch(() => undefined));
  return earlier ? pictureSource([earlier]) : 'unknown';
}

/**
 * Checks that boundaries are of these networks, since to others of the same shape they mean nothing. The run of the
 * faces that they were fitted to tells which networks made it; where it is gone, nothing can be checked.
 * @throws UserError where they are of other networks.
 */
async function checkOrigin(boundaries: FinishedRun, networks: Readonly<Record<string, string>>): Promise<void> {
  // Faces may be from elsewhere, whose networks nobody knows.
  const synthesis = await findInput(boundaries, 'synthesis');
  if (synthesis === undefined) return;
  const faces = await openRun(synthesis, 'synthesize');
  for (const [name, given] of Object.entries(networks)) {
    if (await isInput(faces, name, given)) continue;
    throw new UserError(
      `boundaries must be fitted to faces of the same ${name}; ${boundaries.folder} was to those of ` +
        `${faces.manifest.inputs[name]!.path}, not ${given}`,
    );
  }
}
