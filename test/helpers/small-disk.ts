// Gives tests a disk of a few kilobytes, or one that cannot be written, where the machine lets them mount one.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/**
 * @param options of the mount: `size=256k`, `ro`. @returns the folder, gone after the tests of the file; undefined, with
 * the reason printed, where mounting is not allowed.
 */
export function smallDisk(options: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'face-tuning-disk-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    console.warn(`skipped: tests on a disk with ${options}, because mounting it failed: ${(error as Error).message}`);
    return undefined;
  }
  afterAll(() => void execFileSync('umount', [folder]));
  return folder;
}
