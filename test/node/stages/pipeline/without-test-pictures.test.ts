// The pipeline on pictures that are all there to train on: nothing can be tested, and no stage may stumble over that.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLog } from '../../../../src/node/log/log.ts';
import { pipeline } from '../../../../src/node/stages/pipeline/stage.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { makeTinyCeleba } from '../../../helpers/tiny-celeba.ts';

test('without validation and test pictures all stages work, and the report tells no number that nobody measured', async () => {
  const root = temporaryFolder();
  const celeba = await makeTinyCeleba(join(root, 'celeba'), 120, 18, 22);
  celeba.partition = celeba.partition.map(row => row.replace(/\d$/, '0'));
  celeba.write();
  const out = join(root, 'runs');
  const config = pipeline.options.parse({ preset: 'tiny-style', celeba: celeba.folder, out, threads: 1 });
  const result = await pipeline.run(config, { log: silentLog, signal: new AbortController().signal });
  expect(result).toMatchObject({ classifierTestAccuracy: null, files: [join(out, 'report.html')] });
  const html = readFileSync(join(out, 'report.html'), 'utf8').replaceAll(/data:image\/png;base64,[^"]+/g, '');
  expect(html.match(/.{0,80}(?:NaN|undefined|\[object|of the test labels).{0,40}/g)).toBeNull();
});
