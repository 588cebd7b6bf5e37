// Stage `prepare`: turns a folder of faces, CelebA's or one's own, into the arrays that training reads.
import { z } from 'zod';
import { countOf, firstFew, UserError } from '../../../core/errors.ts';
import { createRandom, permutation } from '../../../core/math/random.ts';
import { streams } from '../../../core/math/streams.ts';
import { sideSchema } from '../../../core/models/channels.ts';
import { datasetFiles, splitNames } from '../../artefacts/dataset.ts';
import { writeJson } from '../../files/files.ts';
import type { Log } from '../../log/log.ts';
import { withRun } from '../../runs/run-folder.ts';
import { pathOption, runOptions } from '../framework/options.ts';
import { defineStage } from '../framework/stage.ts';
import { checkFewBad, countReasons } from './bad-files.ts';
import { hashPictures } from './hash-pictures.ts';
import { type Picture, type PictureIndex, readPictureIndex } from './picture-index.ts';
import { pictureCrops } from './read-face.ts';
import { compareSubset, drawSubset, joinedLabels } from './stratified-subset.ts';
import { writeImages, writeTables } from './write-dataset.ts';

/** The options that say which pictures are taken, and which part of each; `pipeline` has them too. */
export const sourceOptions = {
  celeba: pathOption()
    .optional()
    .describe("folder of CelebA as downloaded, in the official or in Kaggle's layout, or of CelebA-HQ"),
  pictures: pathOption()
    .optional()
    .describe('folder of pictures of your own, instead of --celeba: any names, formats and sizes, folders in it too'),
  labels: pathOption()
    .optional()
    .describe(
      'table of labels of your own (CSV): a heading, then a row a picture: its name, and 1 or 0 for each attribute; ' +
        'columns named split and person are taken as such. Left out, pictures of your own have no labels',
    ),
  skipMissing: z
    .boolean()
    .default(false)
    .meta({ neutral: true })
    .describe('go on with the pictures that are there, where more than 1 % of those in the tables are missing'),
  crop: z
    .enum(pictureCrops)
    .optional()
    .meta({ defaultInWords: "celeba for CelebA's pictures, square for others" })
    .describe(
      "celeba: 128×128 around (89, 121), scaled with the picture's width; square: the largest; none: all of it; face: the " +
        'largest face that is found, turned and placed as in CelebA',
    ),
};

const options = z.strictObject({
  ...sourceOptions,
  ...runOptions,
  resolution: sideSchema.default(64).describe('side of the images in pixels, a power of two from 4 to 1024'),
  limit: z.int().min(0).default(0).describe('images of each split at most, chosen at random; 0: all'),
  subset: z
    .int()
    .min(1)
    .optional()
    .describe('images to draw so that attributes and splits stay as frequent as in the whole; left out: all'),
});

export const prepare = defineStage({
  name: 'prepare',
  description: 'Crop and resize the pictures of a folder into one dataset.',
  examples: [
    '--celeba ../celeba --out runs/dataset',
    '--celeba ../celeba --out runs/small --resolution 32 --limit 5000',
    '--celeba ../celeba --out runs/subset --subset 20000',
    '--pictures my-faces --out runs/mine',
    '--pictures my-photos --crop face --out runs/mine',
    '--pictures my-faces --labels my-labels.csv --out runs/mine --resolution 128',
  ],
  options,
  async run(config, { log, signal }) {
    const begun = performance.now();
    const folder = sourceOf(config);
    const { limit, subset } = config;
    if (limit > 0 && subset !== undefined) {
      throw new UserError(`give --limit or --subset, not both; got ${limit} and ${subset}`);
    }
    const index = await readPictureIndex({ ...config, folder, isCeleba: config.celeba !== undefined });
    const missing = config.skipMissing ? [] : index.missing;
    const whole = index.pictures.length + index.missing.length;
    const remedy = 'drop their rows, or give --skip-missing to go on with the pictures that are there';
    checkFewBad(missing, whole, index.imageFolder, remedy);
    const chosen = choose(index, config);
    if (chosen.length === 0) throw new UserError(`${folder} lists no pictures; check the folder`);
    for (const note of index.notes) log.info(note);
    log.info(`${chosen.length} of ${countOf(whole, 'pictures')} of ${folder}`);
    const { out, resume, force } = config;
    const settings = { ...config, crop: config.crop ?? index.crop };
    const files = chosen.map(({ file }) => file);
    const sha256 = () => hashPictures(index.imageFolder, files, { log, signal });
    const pictures = { path: index.imageFolder, sha256 };
    const inputs = { ...index.tables, [`${config.celeba === undefined ? 'pictures' : 'celeba'} pictures`]: pictures };
    return withRun(out, { stage: 'prepare', options, config: settings, inputs, resume, force, log }, async run => {
      // A part of the table is not judged by what all of it misses, which was judged above.
      const counted = chosen.length === index.pictures.length ? missing : [];
      const work = { ...index, pictures: chosen, missing: counted };
      const { bad: badPictures, enlarged } = await writeImages(run, work, settings, { log, signal });
      const badNames = new Set(badPictures.map(({ file }) => file));
      const kept = chosen.filter(({ name }) => !badNames.has(name));
      if (kept.length === 0)
        throw new UserError(
          `none of ${countOf(chosen.length, 'pictures')} of ${folder} can be used: ${countReasons(badPictures)[0]?.reason}`,
        );
      await writeTables(run, index.attributes, kept);
      const bad = [...index.bad, ...index.missing, ...badPictures];
      for (const { reason, count, files } of countReasons(bad)) log.warn(`skipped ${count} × ${reason} (${files})`);
      if (enlarged > 0) {
        log.warn(
          `${enlarged} of ${kept.length} pictures have fewer than ${config.resolution} pixels a side where they are ` +
            'cropped, and are enlarged, which shows no more of them. A smaller --resolution trains faster',
        );
      }
      const hasLabels = index.attributes.length > 0;
      const empty = splitNames.filter((_, number) => !kept.some(({ split }) => split === number));
      if (empty.length > 0) {
        log.warn(`no picture is in the splits ${empty.join(', ')}: what needs them will be refused or stay empty`);
      }
      warnOfConstants(index.attributes, kept, log);
      const counts = {
        images: kept.length,
        splits: Object.fromEntries(splitNames.map((name, s) => [name, kept.filter(({ split }) => split === s).length])),
        attributeFrequencies: attributeFrequencies(index.attributes, kept),
        ...(config.subset !== undefined && hasLabels && { subset: comparison(index, kept) }),
      };
      await writeJson(run.file(datasetFiles.report), { ...counts, bad });
      const seconds = (performance.now() - begun) / 1000;
      return { out, resolution: config.resolution, ...counts, bad: bad.length, seconds };
    });
  },
  print({ out, resolution, images, splits, bad, seconds }) {
    const counts = Object.entries(splits).map(([split, count]) => `${count} ${split}`);
    const size = `${resolution}×${resolution}`;
    return `${out}: ${countOf(images, 'images')} of ${size} (${counts.join(', ')}), ${bad} skipped, ${seconds.toFixed(1)} s`;
  },
});

type Config = z.output<typeof options>;

/** @returns the folder of the pictures. @throws UserError unless exactly one is given. */
export function sourceOf({ celeba, pictures }: Pick<Config, 'celeba' | 'pictures'>): string {
  if (celeba !== undefined && pictures !== undefined) {
    throw new UserError(`give --celeba or --pictures, not both; got ${celeba} and ${pictures}`);
  }
  const folder = celeba ?? pictures;
  if (folder === undefined) {
    throw new UserError(
      'a folder of pictures is needed: --celeba for CelebA, --pictures for pictures of your own; got none',
    );
  }
  return folder;
}

/** @returns the pictures that the options ask for, in their old order. */
function choose(index: PictureIndex, { limit, subset, seed }: Config): readonly Picture[] {
  const { pictures } = index;
  if (subset !== undefined) {
    const split = Uint8Array.from(pictures, picture => picture.split);
    return Array.from(drawSubset(rowsOf(index), split, subset, seed), row => pictures[row]!);
  }
  if (limit === 0) return pictures;
  const chosen = new Set<Picture>();
  for (const [split] of splitNames.entries()) {
    const candidates = pictures.filter(picture => picture.split === split);
    const order = permutation(createRandom(seed, streams.limit.pictures(split)), candidates.length);
    for (const i of order.subarray(0, limit)) chosen.add(candidates[i]!);
  }
  return pictures.filter(picture => chosen.has(picture));
}

function rowsOf({ attributes, pictures }: PictureIndex) {
  return { attributes, labels: joinedLabels(pictures.map(({ labels }) => labels)) };
}

/** Compares the pictures that were kept with all of them. */
function comparison(index: PictureIndex, kept: readonly Picture[]) {
  const inside = new Set(kept);
  const rows = Uint32Array.from([...index.pictures.keys()].filter(row => inside.has(index.pictures[row]!)));
  return compareSubset(rowsOf(index), rows);
}

/** Warns of attributes that the training pictures all have or all lack, before anybody trains for hours without them. */
function warnOfConstants(attributes: readonly string[], kept: readonly Picture[], log: Log): void {
  const train = kept.filter(({ split }) => splitNames[split] === 'train');
  if (train.length === 0) return;
  for (const [value, who] of ['no training picture has', 'every training picture has'].entries()) {
    const constant = attributes.filter((_, a) => train.every(({ labels }) => labels[a] === value));
    if (constant.length > 0) log.warn(`${who} ${firstFew(constant)}: the classifier can learn nothing of that`);
  }
}

/** The share of pictures that have each attribute. */
function attributeFrequencies(attributes: readonly string[], pictures: readonly Picture[]): Record<string, number> {
  const count = (a: number) => pictures.reduce((sum, { labels }) => sum + labels[a]!, 0);
  return Object.fromEntries(attributes.map((name, a) => [name, count(a) / pictures.length]));
}
