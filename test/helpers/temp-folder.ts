// Gives each test file a folder of its own that is gone afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'face-tuning-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
