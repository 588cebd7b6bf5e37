// Pictures and labels of one's own at the command line, from a folder to edits, and what is said where something lacks.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import type { BundleIndex } from '../../../src/core/editor/bundle.ts';
import { openDataset } from '../../../src/node/artefacts/dataset.ts';
import { launcher, mistake } from '../../helpers/mistake.ts';
import { sharedFolder } from '../../helpers/shared.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { makeTinyCeleba } from '../../helpers/tiny-celeba.ts';

const root = temporaryFolder();
const faces = join(root, 'my faces, all');
const labels = join(root, 'labels.csv');
/** Runs a command that succeeds. @returns what it printed as JSON, and what it said. */
function run(...argv: string[]): { result: Record<string, unknown>; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...argv, '--json'], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return { result: JSON.parse(stdout) as Record<string, unknown>, said: stderr };
}

beforeAll(async () => {
  mkdirSync(join(faces, 'holiday'), { recursive: true });
  const rows = ['Picture;bright'];
  for (let i = 0; i < 120; i++) {
    const level = i % 2 === 0 ? 40 + i : 120 + i;
    const background = { r: level, g: 60, b: 255 - level, alpha: 1 };
    const picture = sharp({ create: { width: 20 + (i % 7), height: 24, channels: 4, background } });
    const file = i % 3 === 0 ? `holiday/${i}.PNG` : `${i}.webp`;
    writeFileSync(join(faces, file), await (i % 3 === 0 ? picture.png() : picture.webp()).toBuffer());
    rows.push(`${i};${i % 2}`);
  }
  writeFileSync(labels, `\uFEFF${rows.join('\r\n')}\r\n`);
});

test('without labels make a dataset for the GAN, and the classifier says what it lacks', {
  timeout: 240_000,
}, async () => {
  const out = join(root, 'unlabelled');
  const { result, said } = run('prepare', '--celeba', faces, '--crop', 'square', '--resolution', '8', '--out', out);
  expect(result).toMatchObject({ images: 120, splits: { train: 96, validation: 12, test: 12 }, bad: 0 });
  expect(said).toMatch(/have no labels: enough for train gan alone/);
  expect((await openDataset(out)).attributes).toEqual([]);
  const gan = ['--fmap-base', '16', '--fmap-max', '8', '--latent-size', '8', '--kimg', '0.02', '--tick-kimg', '0.01'];
  const short = ['--fade-kimg', '0.001', '--stabilise-kimg', '0.001'];
  run('train', 'gan', '--dataset', out, '--out', join(root, 'gan'), ...gan, ...short);
  expect(mistake('train', 'gan', '--dataset', out, '--out', join(root, 'none'), ...gan, ...short, '--balance')).toMatch(
    /^--balance needs labels, and the pictures of .* have none/,
  );
  expect(mistake('train', 'classifier', '--dataset', out, '--out', join(root, 'none'))).toMatch(
    /^train classifier needs labels, and the pictures of .* have none\. Prepare them with --labels labels\.csv/,
  );
  expect(mistake('pipeline', '--celeba', faces, '--out', join(root, 'none'))).toMatch(/^the pipeline needs labels/);
  expect(mistake('pipeline', '--pictures', faces, '--out', join(root, 'none'))).toMatch(
    /^the pipeline needs labels of the pictures of .*: give --labels labels\.csv/,
  );
});

test('with labels of one attribute go through every stage', { timeout: 400_000 }, () => {
  const out = join(root, 'pipeline');
  const flags = ['--preset', 'tiny', '--pictures', faces, '--labels', labels, '--out', out, '--threads', '2'];
  const { result } = run('pipeline', ...flags);
  expect(result.files).toEqual([join(out, 'report.html')]);
  const bundle = JSON.parse(readFileSync(join(out, 'bundle', 'bundle.json'), 'utf8')) as BundleIndex;
  expect(bundle.attributes.map(({ attribute }) => attribute)).toEqual(['bright']);
  expect(bundle.classifier.architecture.attributes).toEqual(['bright']);
  expect(readFileSync(join(out, 'bundle', 'MODEL_CARD.md'), 'utf8')).toMatch(/a classifier of 1 attribute, and/);
  const page = readFileSync(join(out, 'report.html'), 'utf8').replaceAll(/base64,[^"]*/g, '');
  expect(page.match(/NaN|undefined|\b1 (attributes|pictures|faces|minutes)\b/)).toBeNull();
  expect(mistake('edit', '--bundle', join(out, 'bundle'), '--move', 'Young=1', '--out', join(root, 'a.png'))).toMatch(
    /unknown attribute "Young"/,
  );
});

test('half of CelebA is refused with the way to go on, and taken when asked', async () => {
  const { folder, imageFolder } = await makeTinyCeleba(join(root, 'half'), 40, 18, 22);
  for (let i = 1; i <= 20; i++) rmSync(join(imageFolder, `${String(i).padStart(6, '0')}.jpg`));
  const flags = ['prepare', '--celeba', folder, '--resolution', '4', '--out', join(root, 'half-dataset')];
  expect(mistake(...flags)).toMatch(
    /20 of 40 are: 20 × missing \(000001\.jpg, 000002\.jpg, 000003\.jpg and 17 more\)\. .*, or give --skip-missing to go on with the pictures that are/,
  );
  expect(run(...flags, '--skip-missing').result).toMatchObject({ images: 20, bad: 20 });
});

test('a folder is asked for once', () => {
  const out = join(root, 'none');
  expect(mistake('prepare', '--out', out)).toMatch(
    /^a folder of pictures is needed: --celeba for CelebA, --pictures for/,
  );
  expect(mistake('prepare', '--celeba', 'a', '--pictures', 'b', '--out', out)).toMatch(
    /^give --celeba or --pictures, not/,
  );
});

test.skipIf(sharedFolder === undefined)(
  'photos are aligned by their faces; a picture without one is left out',
  async () => {
    const photos = join(root, 'photos');
    mkdirSync(photos);
    const portrait = sharp(join(sharedFolder!, 'photos', 'astronaut.png')).resize(300);
    writeFileSync(join(photos, 'portrait.jpg'), await portrait.jpeg().toBuffer());
    writeFileSync(
      join(photos, 'wall.png'),
      await sharp({ create: { width: 80, height: 80, channels: 3, background: 'grey' } })
        .png()
        .toBuffer(),
    );
    const out = join(root, 'aligned');
    const { result, said } = run('prepare', '--pictures', photos, '--crop', 'face', '--resolution', '16', '--out', out);
    expect(result).toMatchObject({ images: 1, bad: 1 });
    expect(said).toMatch(/skipped 1 × no face found \(wall\.png\)/);
  },
);
