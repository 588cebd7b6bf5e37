// Stage `prepare`: turns a CelebA folder into the arrays that training reads.
import { z } from 'zod';
import { attributeNames } from '../../../core/attributes.ts';
import { UserError } from '../../../core/errors.ts';
import { cropNames } from '../../../core/images/crop.ts';
import { createRandom, permutation } from '../../../core/math/random.ts';
import { streams } from '../../../core/math/streams.ts';
import { datasetFiles, splitNames } from '../../artefacts/dataset.ts';
import { writeJson } from '../../files/files.ts';
import { withRun } from '../../runs/run-folder.ts';
import { pathOption, resolutionOption, runOptions } from '../framework/options.ts';
import { defineStage } from '../framework/stage.ts';
import { countReasons } from './bad-files.ts';
import { type CelebaPicture, labelTable, readCelebaIndex } from './celeba.ts';
import { hashPictures } from './hash-pictures.ts';
import { compareSubset, drawSubset, type SubsetComparison } from './stratified-subset.ts';
import { writeImages, writeTables } from './write-dataset.ts';

const options = z.strictObject({
  celeba: pathOption().describe("CelebA folder, official or Kaggle's layout: img_align_celeba/ and its tables"),
  ...runOptions,
  resolution: resolutionOption().default(64).describe('side of the images in pixels, a power of two from 4 to 1024'),
  crop: z
    .enum(cropNames)
    .default('celeba')
    .describe(
      "celeba: 128×128 around (89, 121), scaled with the picture's width; square: the largest; none: all of it",
    ),
  limit: z.int().min(0).default(0).describe('images of each split at most, chosen at random; 0: all'),
  subset: z
    .int()
    .min(1)
    .optional()
    .describe('images to draw so that attributes and splits stay as frequent as in the whole; left out: all'),
});

export const prepare = defineStage({
  name: 'prepare',
  description: 'Crop and resize the pictures of a CelebA folder into one dataset.',
  examples: [
    '--celeba ../celeba --out runs/dataset',
    '--celeba ../celeba --out runs/small --resolution 32 --limit 5000',
    '--celeba ../celeba --out runs/subset --subset 20000',
    '--celeba my-faces --out runs/mine --crop square',
  ],
  options,
  async run(config, { log, signal }) {
    const begun = performance.now();
    const index = await readCelebaIndex(config.celeba);
    const chosen = choose(index.pictures, config);
    if (chosen.length === 0) throw new UserError(`${config.celeba} lists no pictures; check the folder`);
    log.info(`${chosen.length} of ${index.pictures.length} pictures of ${config.celeba}`);
    const { out, resume, force } = config;
    const files = chosen.map(({ file }) => file);
    const pictures = { path: index.imageFolder, sha256: await hashPictures(index.imageFolder, files, { log, signal }) };
    const inputs = { ...index.tables, 'celeba pictures': pictures };
    return withRun(out, { stage: 'prepare', options, config, inputs, resume, force, log }, async run => {
      const badPictures = await writeImages(run, { ...index, pictures: chosen }, config, { log, signal });
      const badNames = new Set(badPictures.map(({ file }) => file));
      const kept = chosen.filter(({ file }) => !badNames.has(file));
      await writeTables(run, kept);
      const bad = [...index.bad, ...badPictures];
      for (const { reason, count, first } of countReasons(bad))
        log.warn(`skipped ${count} × ${reason} (first: ${first})`);
      const counts = {
        images: kept.length,
        splits: Object.fromEntries(splitNames.map((name, s) => [name, kept.filter(({ split }) => split === s).length])),
        attributeFrequencies: attributeFrequencies(kept),
        ...(config.subset !== undefined && { subset: comparison(index.pictures, kept) }),
      };
      await writeJson(run.file(datasetFiles.report), { ...counts, bad });
      const seconds = (performance.now() - begun) / 1000;
      return { out, resolution: config.resolution, ...counts, bad: bad.length, seconds };
    });
  },
  print({ out, resolution, images, splits, bad, seconds }) {
    const counts = Object.entries(splits).map(([split, count]) => `${count} ${split}`);
    const size = `${resolution}×${resolution}`;
    return `${out}: ${images} images of ${size} (${counts.join(', ')}), ${bad} skipped, ${seconds.toFixed(1)} s`;
  },
});

/** @returns the pictures that the options ask for, in their old order. */
function choose(
  pictures: readonly CelebaPicture[],
  { limit, subset, seed }: Pick<z.output<typeof options>, 'limit' | 'subset' | 'seed'>,
): readonly CelebaPicture[] {
  if (limit > 0 && subset !== undefined) {
    throw new UserError(`give --limit or --subset, not both; got ${limit} and ${subset}`);
  }
  if (subset !== undefined) {
    const split = Uint8Array.from(pictures, picture => picture.split);
    const rows = drawSubset(labelTable(pictures.map(({ labels }) => labels)), split, subset, seed);
    return Array.from(rows, row => pictures[row]!);
  }
  if (limit === 0) return pictures;
  const chosen = new Set<CelebaPicture>();
  for (const [split] of splitNames.entries()) {
    const candidates = pictures.filter(picture => picture.split === split);
    const order = permutation(createRandom(seed, streams.limit.pictures(split)), candidates.length);
    for (const i of order.subarray(0, limit)) chosen.add(candidates[i]!);
  }
  return pictures.filter(picture => chosen.has(picture));
}

/** Compares the pictures that were kept with all of them. */
function comparison(pictures: readonly CelebaPicture[], kept: readonly CelebaPicture[]): SubsetComparison {
  const inside = new Set(kept);
  const rows = Uint32Array.from([...pictures.keys()].filter(row => inside.has(pictures[row]!)));
  return compareSubset(labelTable(pictures.map(({ labels }) => labels)), rows);
}

/** The share of pictures that have each attribute. */
function attributeFrequencies(pictures: readonly CelebaPicture[]): Record<string, number> {
  const count = (a: number) => pictures.reduce((sum, { labels }) => sum + labels[a]!, 0);
  return Object.fromEntries(attributeNames.map((name, a) => [name, count(a) / pictures.length]));
}
