// Stage `subset`: draws a subset from a file of labels alone, where the pictures need not be at hand.
import { z } from 'zod';
import { writeJson, writeWhole } from '../../files/files.ts';
import { withRun } from '../../runs/run-folder.ts';
import { pathOption, runOptions } from '../framework/options.ts';
import { defineStage } from '../framework/stage.ts';
import { countReasons } from '../prepare/bad-files.ts';
import { readLabelTable } from '../prepare/label-table.ts';
import { compareSubset, drawSubset, joinedLabels } from '../prepare/stratified-subset.ts';

const options = z.strictObject({
  labels: pathOption().describe(
    "file of labels: CelebA's (.txt), Kaggle's (.csv) or one of your own, a row a picture; also packed with gzip (.gz)",
  ),
  count: z.int().min(1).default(20_000).describe('pictures to draw'),
  ...runOptions,
});

/** The artefacts of the run. */
const artefacts = { names: 'names.txt', report: 'report.json' } as const;

export const subset = defineStage({
  name: 'subset',
  description: 'Draw pictures from a file of labels so that all attributes stay as frequent as in the whole.',
  examples: [
    '--labels ../celeba/list_attr_celeba.txt --out runs/subset',
    '--labels ../celeba/list_attr_celeba.csv --count 5000 --seed 1 --out runs/subset-5000',
  ],
  options,
  async run(config, { log }) {
    const { labels: path, count, seed, out, resume, force } = config;
    const inputs = { labels: path };
    const index = await readLabelTable(path);
    const whole = {
      attributes: index.attributes,
      labels: joinedLabels(Array.from(index.rows.values(), ({ labels }) => labels)),
    };
    const files = [...index.rows.keys()];
    const splits = Array.from(index.rows.values(), ({ split }) => split);
    const split = splits.every(each => each !== undefined) ? Uint8Array.from(splits) : undefined;
    const rows = drawSubset(whole, split, count, seed);
    return withRun(out, { stage: 'subset', options, config, inputs, resume, force, log }, async run => {
      for (const { reason, count: times, files } of countReasons(index.bad)) {
        log.warn(`skipped ${times} × ${reason} (${files})`);
      }
      const comparison = compareSubset(whole, rows);
      const names = Array.from(rows, row => `${files[row]!}\n`);
      await writeWhole(run.file(artefacts.names), names.join(''));
      await writeJson(run.file(artefacts.report), { ...comparison, bad: index.bad });
      return { out, ...comparison, bad: index.bad.length };
    });
  },
  print({ out, wholeImages, subsetImages, largestDeviation: { attribute, percentagePoints } }) {
    return (
      `${out}: ${subsetImages} of ${wholeImages} pictures; no attribute's share differs by more than ` +
      `${percentagePoints.toFixed(4)} percentage points (${attribute})`
    );
  },
});
