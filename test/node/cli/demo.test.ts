// Command `demo`: pictures and one page that carries them all, made again over what is there.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readRecipes } from '../../../src/core/editing/recipe.ts';
import { demo } from '../../../src/node/cli/demo.ts';
import { silentLog } from '../../../src/node/log/log.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../helpers/tiny-networks.ts';

const folder = temporaryFolder();
const [bundle, out] = [join(folder, 'tiny'), join(folder, 'demo')];
// A latent long enough for steps of 3 σ.
beforeAll(() => writeTinyBundle(bundle, 64));

const run = (options: object) =>
  demo.run(demo.options.parse({ out, threads: 1, ...options }), {
    log: silentLog,
    signal: new AbortController().signal,
  });

test('writes samples, strips with their recipes and a page, twice the same', async () => {
  const names = [
    'samples.png',
    'Young-Male-locked.png',
    'Young-Male-Wearing_Lipstick-locked.png',
    'Eyeglasses-Male-Young-locked.png',
  ];
  const summary = { page: join(out, 'report.html'), pictures: names.map(name => join(out, name)) };
  expect(await run({ bundle })).toEqual(summary);
  const read = () => Object.fromEntries(readdirSync(out).map(name => [name, readFileSync(join(out, name), 'base64')]));
  const first = read();
  expect(Object.keys(first).sort()).toEqual([...names, 'report.html'].sort());
  expect(readRecipes(readFileSync(join(out, 'Young-Male-locked.png')))).toHaveLength(6);
  await run({ bundle });
  expect(read()).toEqual(first);
});

test('the page needs nothing beside itself and says how to make each picture', () => {
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  expect(page.match(/<img src="data:image\/png;base64,/g)).toHaveLength(4);
  expect(page).not.toMatch(/(src|href)="(?!data:|#)/);
  expect(page.replaceAll('<span>', '')).toContain('face-tuning edit --bundle');
  expect(page).toContain('Bald could not be locked: only 3 generated faces have it.');
});

test('of a style generator the faces are drawn at the ψ that is asked for', async () => {
  const [style, shown] = [join(folder, 'style'), join(folder, 'style-demo')];
  await writeTinyBundle(style, 64, undefined, undefined, { kind: tinyStyle, psi: 0.7 });
  await run({ bundle: style, out: shown });
  const recipes = () => readRecipes(readFileSync(join(shown, 'Young-Male-locked.png')));
  const samples = () => readFileSync(join(shown, 'samples.png'));
  expect(recipes()[0]).toMatchObject({ psi: 0.7, geometry: 'linear' });
  const usual = samples();
  await run({ bundle: style, out: shown, psi: 1 });
  expect(recipes()[0]).toMatchObject({ psi: 1 });
  expect(samples()).not.toEqual(usual);
});

test('neither another page nor the files of a run are replaced', async () => {
  const [other, finished] = [join(folder, 'other'), join(folder, 'finished')];
  for (const each of [other, finished]) mkdirSync(each);
  writeFileSync(join(other, 'report.html'), '<title>Mine</title>');
  writeFileSync(join(finished, 'manifest.json'), '{}');
  await expect(run({ bundle, out: other })).rejects.toThrow(/other\/report\.html is another page\. Give another$/);
  await expect(run({ bundle, out: finished })).rejects.toThrow(/finished is a run\. Give another$/);
  expect([readdirSync(other), readdirSync(finished)]).toEqual([['report.html'], ['manifest.json']]);
});

test('without the model, one line names the file that is not there', async () => {
  await expect(run({ bundle: join(folder, 'absent') })).rejects.toThrow(/cannot read .*absent\/bundle\.json: no such/);
});
