// A tiny pipeline to its end: the report it writes, the commands in it, and that resuming repeats nothing.
import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../../../src/node/log/log.ts';
import { pipeline } from '../../../../src/node/stages/pipeline/stage.ts';
import { report } from '../../../../src/node/stages/report/stage.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { makeTinyCeleba } from '../../../helpers/tiny-celeba.ts';

const root = temporaryFolder();
const out = join(root, 'runs');
const page = join(out, 'report.html');
const signal = new AbortController().signal;

async function runPipeline(more: object = {}) {
  const lines: string[] = [];
  const log = { ...silentLog, info: (line: string) => lines.push(line) };
  const config = { preset: 'tiny', celeba: join(root, 'celeba'), out, ...more };
  await pipeline.run(pipeline.options.parse(config), { log, signal });
  return lines;
}

/** Gives a run's artefacts another hash, as if its stage had been run again with other options. */
function makeAnew(run: string): void {
  const manifest = join(run, 'manifest.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/"content": "\w{8}/, '"content": "00000000'));
}

beforeAll(async () => {
  await makeTinyCeleba(join(root, 'celeba'), 120, 18, 22);
  await runPipeline();
});

test('the report shows every figure, its samples and its command, and asks for nothing from outside', () => {
  const html = readFileSync(page, 'utf8');
  const titles = [...html.matchAll(/<h2>([^<]*)<\/h2>/g)].map(([, title]) => title!);
  expect(titles.map(title => /^Figure \d/.exec(title)?.[0] ?? title)).toEqual([
    ...[1, 2, 3, 4, 5, 6, 7, 8].map(number => `Figure ${number}`),
    'Boundaries by the number of samples',
    'What moves do, attribute by attribute',
    'Re-scoring: what moves along',
    'Women and men',
    'Age of women and of men',
    'Cosines of the normals',
    'Learning curves',
    'Time and memory',
    'Configuration',
  ]);
  expect(html.match(/<figcaption>/g)).toHaveLength(titles.length);
  expect(html.match(/<pre class="command"><code>face-tuning /g)).toHaveLength(titles.length);
  expect(html).toContain(`<code>face-tuning prepare <span>--celeba</span> ${join(root, 'celeba')} <span>--crop</span>`);
  expect(html).toContain('40 generated faces');
  expect(html).toContain('1,000 generated faces');
  expect(html).toContain('Orange is more, purple less'); // as heat maps draw them, see charts.test.ts
  expect(html).not.toMatch(/(src|href)="(?!#|data:)/);
  // Apart from the pictures, in whose base64 any three letters may stand.
  const text = html.replaceAll(/data:image\/png;base64,[^"]+/g, '');
  expect(text).not.toMatch(/NaN|undefined|\[object/);
});

test('no picture of the dataset is in it: all are PNGs that this package drew', () => {
  const html = readFileSync(page, 'utf8');
  const sources = [...html.matchAll(/<img src="([^"]{22})/g)].map(([, start]) => start);
  expect(new Set(sources)).toEqual(new Set(['data:image/png;base64,']));
});

test('runs that an earlier sitting left in the folder are not told of', async () => {
  const copied = join(root, 'copied');
  cpSync(out, copied, { recursive: true });
  // The generator that made the faces lies where it was; the one here is another now. Nobody judged by this judge.
  makeAnew(join(copied, 'gan'));
  cpSync(join(copied, 'classifier'), join(copied, 'judge'), { recursive: true });
  const config = report.options.parse({ runs: copied, out: join(root, 'copied.html') });
  await report.run(config, { log: silentLog, signal });
  const html = readFileSync(config.out, 'utf8');
  expect(html).toContain(`--out ${join(out, 'gan')}`);
  expect(html).not.toContain(`--out ${join(copied, 'gan')}`);
  expect(html).not.toContain(`--out ${join(copied, 'judge')}`);
  expect(html).toContain(`--out ${join(copied, 'classifier')}`);
});

test.each([
  ['boundaries', 'candidate', 'bundle'],
  ['dataset', 'classifier', 'train classifier'],
])('%s made anew are not told of with what was made from those before', async (name, user, stage) => {
  const copied = join(root, `anew-${name}`);
  cpSync(out, copied, { recursive: true });
  makeAnew(join(copied, name));
  const config = report.options.parse({ runs: copied, out: join(root, `${name}.html`) });
  await expect(report.run(config, { log: silentLog, signal })).rejects.toThrow(
    `${join(copied, name)} must be the ${name} that ${join(copied, user)} was made from; it was made anew since. ` +
      `Run ${stage} and what follows again`,
  );
});

test('resuming a finished pipeline keeps all of it, and says so', async () => {
  const before = statSync(page).mtimeMs;
  const lines = (await runPipeline({ resume: true })).filter(line => line.includes(': kept '));
  expect(lines.map(line => line.split(':')[0])).toEqual([
    'prepare',
    'train gan',
    'train classifier',
    'synthesize',
    'fit',
    'bundle',
    'calibrate',
    'evaluate edits',
    'report',
  ]);
  expect(statSync(page).mtimeMs).toBe(before);
});

test('an existing pipeline or report is not replaced without being asked', async () => {
  await expect(runPipeline()).rejects.toThrow(/is not empty; give --resume/);
  await expect(runPipeline({ resume: true, seed: 1 })).rejects.toThrow(
    /other options: seed was 0, is 1 now; give --force/,
  );
  const again = report.run(report.options.parse({ runs: out, out: page }), { log: silentLog, signal });
  await expect(again).rejects.toThrow(/exists; give --force/);
});
