// Stage `evaluate portraits`: how alike photos are found, and whether edits of them do what they say, beside faces of seeds.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { type Bundle, bundleFiles } from '../../../core/editor/bundle.ts';
import { UserError } from '../../../core/errors.ts';
import { mean } from '../../../core/math/statistics.ts';
import { checkSeen, readBundleFolder } from '../../artefacts/bundle.ts';
import { learntOthers, openDataset } from '../../artefacts/dataset.ts';
import { explainingDiskErrors } from '../../files/disk-errors.ts';
import { writeJson } from '../../files/files.ts';
import { readJsonLines } from '../../files/json-lines.ts';
import { textTable } from '../../presentation/table.ts';
import { runFiles } from '../../runs/manifest.ts';
import { openRun, withRun } from '../../runs/run-folder.ts';
import { inThreads } from '../../threads/threads.ts';
import { readJudge } from '../calibrate/judge.ts';
import { mapInOrder } from '../framework/map-in-order.ts';
import { nameOption, pathOption, runOptions, threadsOption } from '../framework/options.ts';
import { defineStage } from '../framework/stage.ts';
import { checkOpensPhotos } from '../invert/open-photo.ts';
import { hashPictures } from '../prepare/hash-pictures.ts';
import { picturesByName } from '../prepare/pictures-by-name.ts';
import type { JudgedEdit, PhotoLikeness, PortraitThread } from './thread.ts';

const { seed: _noRandomChoices, ...folderOptions } = runOptions;

const options = z.strictObject({
  bundle: pathOption().describe('folder of a bundle with an encoder'),
  judge: pathOption().describe('run folder of train classifier: a network that labelled nothing'),
  dataset: pathOption().describe('run folder of prepare, whose test pictures no network was trained on'),
  pictures: pathOption().describe("folder with CelebA's aligned pictures that the dataset was made of"),
  faces: z.int().min(1).max(10_000).default(100).describe('test pictures, the first ones, and as many seeds'),
  skip: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe(
      'test pictures that are passed over before these, and as many seeds: those on which something was chosen',
    ),
  attributes: z
    .array(nameOption())
    .min(1)
    .default(['Smiling', 'Young', 'Eyeglasses', 'Black_Hair', 'Heavy_Makeup'])
    .describe('attributes that are moved to the other side, 10 or 90 %'),
  threads: threadsOption('faces that are worked on side by side'),
  ...folderOptions,
});

/** Far from the seeds that a bundle was calibrated on. */
const firstSeed = 2_000_000;

/** One line of metrics. */
interface Line {
  readonly face: string;
  readonly likeness?: PhotoLikeness;
  readonly edits: readonly JudgedEdit[];
}

/** @returns the files of pictures that tables name, perhaps without ending. @throws UserError for one that is not there. */
async function filesOf(names: readonly string[], folder: string): Promise<string[]> {
  const find = picturesByName(await explainingDiskErrors('read', folder, () => readdir(folder)));
  return names.map(name => {
    const { file, problem } = find(name);
    if (file !== undefined) return file;
    throw new UserError(`--pictures must be the folder that the dataset was made of; ${name} in ${folder}: ${problem}`);
  });
}

/** @throws UserError for a bundle that opens no photos, and for attributes that it does not know or cannot move. */
async function checkedBundle(folder: string, attributes: readonly string[]): Promise<Bundle> {
  const bundle = await readBundleFolder(folder);
  checkOpensPhotos(bundle);
  checkSeen(attributes, bundle);
  const unmoved = attributes.find(name => !bundle.movable.some(({ attribute }) => attribute === name));
  if (unmoved === undefined) return bundle;
  throw new UserError(`--attributes must be those that ${folder} can move; got ${unmoved}. Leave it out`);
}

export const evaluatePortraits = defineStage({
  name: 'evaluate portraits',
  description: 'Measure how alike photos are found, and what edits of them do, beside the same of generated faces.',
  examples: [
    '--bundle models/mine --judge runs/judge --dataset runs/dataset --pictures celeba/img_align_celeba --out runs/portraits',
  ],
  options,
  async run(config, { log, signal }) {
    const { bundle, judge, dataset: datasetFolder, pictures, faces, skip, attributes, out, resume, force } = config;
    const inputs = { bundle: join(bundle, bundleFiles.index), judge, dataset: datasetFolder };
    const { name: judgeName } = await readJudge(judge, await checkedBundle(bundle, attributes));
    const details = { stage: 'evaluate portraits', options, config, inputs, resume, force, log };
    const dataset = await openDataset(datasetFolder);
    if (dataset.crop !== 'celeba') {
      throw new UserError(
        `--dataset must be of CelebA's aligned pictures, whose squares are known; ${datasetFolder} was prepared with --crop ${dataset.crop}`,
      );
    }
    if (await learntOthers(await openRun(judge, 'train classifier'), datasetFolder)) {
      log.warn(
        `the judge was trained on other pictures than ${datasetFolder} holds, and may have seen its "test" pictures: it may ` +
          'know by heart what these show',
      );
    }
    const all = dataset.indicesOf('test');
    const test = [...all.subarray(skip, skip + faces)];
    if (test.length < faces) {
      const passed = skip === 0 ? '' : ` after the ${skip} of --skip`;
      throw new UserError(
        `--faces must be at most ${Math.max(0, all.length - skip)}, the test pictures of ${datasetFolder}${passed}; got ${faces}`,
      );
    }
    const names = await filesOf(
      test.map(index => dataset.names[index]!),
      pictures,
    );
    const shown = { path: pictures, sha256: () => hashPictures(pictures, names, { log, signal }) };
    return withRun(out, { ...details, inputs: { ...inputs, pictures: shown } }, async run => {
      const jobs: PortraitThread['input'][] = [
        ...names.map(name => ({ photo: join(pictures, name) })),
        ...test.map((_, i) => ({ seed: firstSeed + skip + i })),
      ];
      await run.rewind(() => true); // drops a line that was cut short
      const lines = (await readJsonLines(run.file(runFiles.metrics))) as unknown as Line[];
      const left = jobs.slice(lines.length);
      const threads = Math.min(config.threads, Math.max(1, left.length));
      const shared = { bundle, judge, attributes };
      const workers = inThreads<PortraitThread>('stages/evaluate-portraits/thread', shared, {
        ...{ threads, signal },
        native: true,
      });
      const progress = log.progress('evaluate portraits', jobs.length, 'faces', lines.length);
      try {
        for await (const { seconds, ...result } of mapInOrder(left, 2 * threads, job => workers.run(job))) {
          signal.throwIfAborted();
          const job = jobs[lines.length]!;
          lines.push({ face: 'seed' in job ? `seed ${job.seed}` : basename(job.photo), ...result });
          run.metrics(lines.at(-1)!);
          run.timings({ face: lines.at(-1)!.face, seconds });
          progress.update(lines.length);
        }
        progress.finish();
      } finally {
        await workers.close();
      }
      const found = lines.flatMap(({ likeness }) => likeness ?? []);
      const [photos, seeds] = [lines.slice(0, faces), lines.slice(faces)];
      const result = {
        judge: judgeName,
        faces,
        likeness: (['encoded', 'refined', 'tuned'] as const).map(phase => ({
          phase,
          psnr: mean(found.map(each => each[phase].psnr)),
          featureDistance: mean(found.map(each => each[phase].featureDistance)),
          agreement: mean(found.map(each => each[phase].agreement)),
        })),
        ownAgreement: mean(found.map(({ ownAgreement }) => ownAgreement)),
        edits: attributes.map(attribute => ({
          attribute,
          photos: effectOf(photos, attribute),
          seeds: effectOf(seeds, attribute),
        })),
      };
      await writeJson(run.file('portraits.json'), result);
      return { out, ...result };
    });
  },
  print: ({ judge, likeness, ownAgreement, edits }) =>
    [
      textTable(
        [
          { title: 'after', value: row => row.phase },
          { title: 'PSNR (dB)', value: row => row.psnr, decimals: 2 },
          { title: "distance of the judge's features", value: row => row.featureDistance, decimals: 3 },
          { title: 'attributes as in the photo', value: row => row.agreement, decimals: 3 },
        ],
        likeness,
      ),
      `by the bundle's own classifier, ${(100 * ownAgreement).toFixed(1)} % of the attributes are as in the photo`,
      '',
      textTable(
        [
          { title: 'moved', value: row => row.attribute },
          { title: 'arrive, photos', value: row => row.photos.arrived, decimals: 2 },
          { title: 'others flip, photos', value: row => row.photos.flips, decimals: 3 },
          { title: 'arrive, seeds', value: row => row.seeds.arrived, decimals: 2 },
          { title: 'others flip, seeds', value: row => row.seeds.flips, decimals: 3 },
        ],
        edits,
      ),
      '',
      `judged by ${judge}`,
    ].join('\n'),
});

/** Means over the faces: the share of edits that arrive, and of other attributes that flip. */
function effectOf(lines: readonly Line[], attribute: string) {
  const edits = lines.flatMap(line => line.edits.filter(edit => edit.attribute === attribute));
  return {
    arrived: mean(edits.map(({ arrived }) => Number(arrived))),
    flips: mean(edits.map(({ flips }) => flips)),
  };
}
