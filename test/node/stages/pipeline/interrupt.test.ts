// A pipeline that is killed and resumed ends with the bytes of one that was left alone. (Longer: npm run test:interrupt.)
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { interruptAndCompare } from '../../../helpers/interrupting.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { makeTinyCeleba } from '../../../helpers/tiny-celeba.ts';

test('three interruptions of a tiny pipeline leave no trace', async () => {
  const root = temporaryFolder();
  const { folder } = await makeTinyCeleba(join(root, 'celeba'), 120, 18, 22);
  const struck = await interruptAndCompare({ preset: 'tiny', celeba: folder, root, kills: 3, killsInOne: 3 });
  expect(struck).toEqual({ SIGINT: 1, SIGKILL: 1, SIGTERM: 1 });
}, 120_000);
