// Checks at the command line that a run is kept under another spelling, and made again when a picture came back.
import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { launcher } from '../../helpers/mistake.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { makeTinyCeleba } from '../../helpers/tiny-celeba.ts';

const root = temporaryFolder();
const [out, away] = [join(root, 'dataset'), join(root, 'away.jpg')];

function prepare(celeba: string, to: string) {
  const flags = ['--celeba', celeba, '--out', to, '--resolution', '4', '--resume'];
  return spawnSync(process.execPath, [launcher, 'prepare', ...flags], { encoding: 'utf8' });
}

test('a dataset with a missing picture is kept under other spellings, and made again when the picture is back', async () => {
  const { folder, imageFolder } = await makeTinyCeleba(join(root, 'celeba'), 120, 18, 22);
  const picture = join(imageFolder, '000042.jpg');
  renameSync(picture, away);
  const first = prepare(folder, out);
  expect(first.status, first.stderr).toBe(0);
  expect(first.stdout).toMatch(/119 images .* 1 skipped/);
  const manifest = readFileSync(join(out, 'manifest.json'), 'utf8');

  const again = prepare(`${relative(process.cwd(), folder)}/`, `${root}/./dataset/`);
  expect(again.stderr).toMatch(/^prepare: kept .*: it is finished, its options and inputs have not changed$/m);
  expect(readFileSync(join(out, 'manifest.json'), 'utf8')).toBe(manifest);

  renameSync(away, picture);
  const back = prepare(folder, out);
  expect(back.stderr).toMatch(/^prepare: making .* again: the content of celeba pictures .* has changed$/m);
  expect(back.stdout).toMatch(/120 images .* 0 skipped/);
}, 120_000);
