// The probabilities that a report's figures tell are the calibrated ones, as everywhere.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { probabilityOf } from '../../../../src/core/editor/probability.ts';
import { openBundle } from '../../../../src/node/artefacts/bundle.ts';
import { ageFigure } from '../../../../src/node/stages/report/figures/faces.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../../helpers/tiny-bundle.ts';

test('under the faces stand means of calibrated probabilities', async () => {
  const folder = join(temporaryFolder(), 'tiny');
  await writeTinyBundle(folder, 64, details => ({ ...details, probability: { slope: 3, intercept: 1.5 } }));
  const editor = await openBundle(folder, { threads: 1 });
  const { body } = await ageFigure({ editor, runs: { generator: { command: '' }, bundle: { folder } } });
  const { index, details } = editor.attribute('Young');
  const latents = Array.from({ length: 6 }, (_, seed) => {
    return editor.edit({ seed, moves: ['Young=3'], locks: ['Male'] }).latent;
  });
  const logits = await editor.score(await editor.render(latents));
  const sum = latents.reduce((total, _, face) => total + probabilityOf(details, logits[face * 40 + index]!), 0);
  await editor.release();
  const cells = [...body.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, cell]) => cell);
  expect(cells[0]).toBe((sum / 6).toFixed(2)); // of the moved attribute, in the first frame
});
