// As interrupt.test.ts, at length: thirty interruptions of the smoke pipeline on real images.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { interruptAndCompare } from '../../../helpers/interrupting.ts';
import { sharedFolder } from '../../../helpers/shared.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';

test.skipIf(sharedFolder === undefined)(
  'thirty interruptions of the smoke pipeline leave no trace',
  async () => {
    const [root, celeba] = [temporaryFolder(), join(sharedFolder!, 'celeba')];
    const struck = await interruptAndCompare({ preset: 'smoke', celeba, root, kills: 30, killsInOne: 5 });
    expect(struck).toEqual({ SIGINT: 10, SIGKILL: 10, SIGTERM: 10 });
  },
  3_600_000,
);
