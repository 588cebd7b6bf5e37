// Finds the data that lies beside the checkout and is never committed; tests that need it are skipped without it.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const candidate = resolve(import.meta.dirname, '../../../shared');

/** The folder of shared data, or undefined: tests then skip, and the reason is printed once a file. */
export const sharedFolder: string | undefined = existsSync(resolve(candidate, 'celeba')) ? candidate : undefined;

if (sharedFolder === undefined) {
  console.warn(
    'skipped: tests on real data, because ../shared (CelebA and reference figures) is not beside this checkout',
  );
}
