// The tool that adds an encoder to a bundle: faces and edits stay, and photos can be opened.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../src/core/math/random.ts';
import { openBundle } from '../../src/node/artefacts/bundle.ts';
import { silentLog } from '../../src/node/log/log.ts';
import { trainEncoder } from '../../src/node/stages/train-encoder/stage.ts';
import { temporaryFolder } from '../helpers/temp-folder.ts';
import { writeTinyBundle } from '../helpers/tiny-bundle.ts';
import { tinyGan, tinyStyle } from '../helpers/tiny-networks.ts';
import { writeTinyClassifier, writeTinyDataset, writeTinyGenerator } from '../helpers/tiny-runs.ts';

const tool = resolve(import.meta.dirname, '../../tools/add-encoder.mjs');
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  const random = createRandom(1);
  const pixels = Uint8Array.from({ length: 12 * 3 * 64 }, () => random.integer(256));
  await writeTinyDataset(at('dataset'), { resolution: 8, count: 12, pixels }, i => (i < 8 ? 'train' : 'validation'));
  await writeTinyGenerator(at('gan'), tinyStyle);
  await writeTinyClassifier(at('classifier'));
  const runs = { dataset: at('dataset'), generator: at('gan'), classifier: at('classifier'), out: at('encoder') };
  const small = { width: 4, maxWidth: 8, hidden: 16, minibatch: 4, threads: 1, kimg: 0.008 };
  const options = trainEncoder.options.parse({ ...runs, ...small });
  await trainEncoder.run(options, { log: silentLog, signal: new AbortController().signal });
});

test('a bundle without an encoder gets one, and what was made with the old one still opens', async () => {
  await writeTinyBundle(at('old'), tinyStyle.latentSize, undefined, [], { kind: tinyStyle });
  const { stdout } = await promisify(execFile)(process.execPath, [tool, at('old'), at('encoder'), at('new')]);
  expect(stdout).toMatch(/new: \d+\.\d MB, \d+\.\d MB of it the encoder\n$/);
  const [before, after] = [await openBundle(at('old')), await openBundle(at('new'))];
  expect([before.bundle.encoder, after.bundle.encoder]).toEqual([undefined, expect.anything()]);
  expect(after.bundle.formerly).toEqual([before.bundle.sha256]);
  const request = { seed: 3, moves: ['Young=0.5'], locks: ['Male'] };
  expect(after.edit(request)).toEqual(before.edit(request));
  await before.release();
  await after.release();
});

test('an encoder of another generator is refused before anything is written', async () => {
  await writeTinyBundle(at('pggan'), tinyGan.latentSize);
  const refused = promisify(execFile)(process.execPath, [tool, at('pggan'), at('encoder'), at('none')]);
  await expect(refused).rejects.toMatchObject({ stderr: expect.stringContaining('encoder') });
  expect(existsSync(at('none'))).toBe(false);
});
