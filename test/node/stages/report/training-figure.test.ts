// The learning curves of the report: what a training measured of itself, drawn where there is something to draw.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { curvesFigure } from '../../../../src/node/stages/report/figures/training.ts';
import type { Sources } from '../../../../src/node/stages/report/sources.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';

const folder = temporaryFolder();
/** @param measured values of SWD at 20, 40, … thousand images. */
async function charts(measured: readonly number[]): Promise<string[]> {
  const losses = [1, 2, 3].map(at => ({ imagesShown: 20_000 * at, resolution: 32, discriminatorLoss: 1 / at }));
  const quality = measured.map((swdAverage, at) => ({
    ...{ imagesShown: 20_000 * (at + 1), resolution: 32, swdAverage },
    sample: { images: 1024, pairs: 500 },
  }));
  const file = (name: string) => join(folder, name);
  writeFileSync(file('metrics.jsonl'), [...losses, ...quality].map(line => `${JSON.stringify(line)}\n`).join(''));
  const run = { file, config: { minibatch: 8 }, command: 'face-tuning train' };
  const { body } = await curvesFigure({ runs: { generator: run, classifier: run } } as unknown as Sources);
  return [...body.matchAll(/<h3>([^<]+)<\/h3>/g)].map(([, title]) => title!);
}

test('SWD is drawn with its count once there are two measurements', async () => {
  expect(await charts([30, 20])).toContain('GAN: SWD, 1,024 against 1,024 images');
  expect(await charts([30])).not.toContain('GAN: SWD, 1,024 against 1,024 images');
});
