// Checks that datasets without pictures of a split are refused or told, and never become NaN in a table.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { SplitName } from '../../../src/node/artefacts/dataset.ts';
import { silentLog } from '../../../src/node/log/log.ts';
import { evaluateGenerator } from '../../../src/node/stages/evaluate-generator/stage.ts';
import { withPreset } from '../../../src/node/stages/framework/stage.ts';
import { prepare } from '../../../src/node/stages/prepare/stage.ts';
import { trainClassifier } from '../../../src/node/stages/train-classifier/stage.ts';
import { trainGan } from '../../../src/node/stages/train-gan/stage.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { makeTinyCeleba } from '../../helpers/tiny-celeba.ts';
import { tinyGan } from '../../helpers/tiny-networks.ts';
import { writeTinyDataset, writeTinyGenerator } from '../../helpers/tiny-runs.ts';

const root = temporaryFolder();
const warnings: string[] = [];
const context = {
  log: { ...silentLog, warn: (line: string) => warnings.push(line) },
  signal: new AbortController().signal,
};
const dataset = (name: SplitName) => join(root, name);
beforeAll(async () => {
  const pixels = Uint8Array.from({ length: 24 * 3 * 8 * 8 }, (_, i) => (i * 37) % 256);
  for (const split of ['train', 'test'] as const) {
    await writeTinyDataset(dataset(split), { count: 24, resolution: 8, pixels }, () => split);
  }
});

const small = { width: 2, maxWidth: 4, minibatch: 8, shift: 1, epochs: 1, threads: 1 };
const classifier = (given: Record<string, unknown>) =>
  trainClassifier.run(trainClassifier.options.parse(withPreset(trainClassifier, { ...small, ...given })), context);

test('without test pictures, what is measured on them stays empty, and one line says so', async () => {
  warnings.length = 0;
  const out = join(root, 'classifier');
  const result = await classifier({ dataset: dataset('train'), out });
  expect(warnings).toEqual([
    expect.stringMatching(/has no validation pictures: .*thresholds stay at 0$/),
    expect.stringMatching(/has no test pictures: the accuracies on them stay empty$/),
  ]);
  const written = ['attributes.csv', 'attributes.json', 'manifest.json'].map(name =>
    readFileSync(join(out, name), 'utf8'),
  );
  expect([...written, trainClassifier.print!(result)].join('\n')).not.toMatch(/NaN/);
});

test('without training pictures there is nothing to train on, and nothing is begun', async () => {
  const options = { dataset: dataset('test'), out: join(root, 'never') };
  const message = /has no train pictures; give some partition 0 in list_eval_partition, or the split train in a column/;
  await expect(classifier(options)).rejects.toThrow(message);
  const gan = trainGan.options.parse(withPreset(trainGan, { ...options, kimg: 1 }));
  await expect(trainGan.run(gan, context)).rejects.toThrow(message);
});

test('a generator is not measured where there are no test pictures', async () => {
  const generator = join(root, 'gan');
  await writeTinyGenerator(generator, tinyGan);
  const options = { generator, dataset: dataset('train'), out: join(root, 'never') };
  await expect(evaluateGenerator.run(evaluateGenerator.options.parse(options), context)).rejects.toThrow(
    /has no test pictures; give some partition 2/,
  );
});

test('prepare says which splits are empty, and makes a dataset again when a picture came back or was replaced', async () => {
  const tiny = await makeTinyCeleba(join(root, 'celeba'), 120, 18, 22);
  tiny.partition = tiny.partition.map(line => line.replace(/\d$/, '0'));
  tiny.write();
  const out = join(root, 'prepared');
  const lines: string[] = [];
  const log = { ...context.log, info: (line: string) => lines.push(line) };
  const options = prepare.options.parse({ celeba: tiny.folder, out, resolution: 4, resume: true });
  const make = () => prepare.run(options, { ...context, log });
  warnings.length = 0;
  expect(await make()).toMatchObject({ images: 120 });
  expect(warnings).toEqual([expect.stringMatching(/^no picture is in the splits validation, test: /)]);
  await make();
  expect(lines.at(-1)).toMatch(/^prepare: kept /);

  const picture = join(tiny.imageFolder, '000007.jpg');
  writeFileSync(picture, readFileSync(join(tiny.imageFolder, '000001.jpg')));
  await make();
  expect(lines.findLast(line => line.startsWith('prepare: making'))).toMatch(
    /the content of celeba pictures .* has changed$/,
  );
});
