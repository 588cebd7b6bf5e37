// Checks that a dry run looks at what a command would read.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { programFromStages } from '../../../src/node/cli/command-from-stage.ts';
import { type PlannedStep, planOf } from '../../../src/node/cli/dry-run.ts';
import { stages } from '../../../src/node/cli/stages.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

/** @returns what the first step of a command would do. */
async function would(...argv: string[]): Promise<string> {
  let plan: PlannedStep[] = [];
  const program = programFromStages({ name: 'face-tuning', version: '1.2.3' }, stages, async (stage, config) => {
    plan = await planOf(stage, config);
  });
  await program.parseAsync(argv, { from: 'user' });
  return plan[0]!.would;
}

test('a missing input is told', async () => {
  const root = temporaryFolder();
  const absent = join(root, 'absent');
  const refusal = `refuse: cannot read ${absent}: no such file or folder; check the path`;
  const out = ['--out', join(root, 'never')];
  expect(await would('train', 'gan', '--dataset', absent, ...out)).toBe(refusal);
  expect(await would('fit', '--latents', root, '--scores', root, absent, ...out)).toBe(refusal); // one of a list
  expect(await would('edit', '--bundle', root, '--photos', absent, ...out)).toBe(refusal);
  expect(await would('serve', '--bundle', absent)).toBe(refusal);
  await expect(would('pipeline', '--celeba', absent, ...out)).rejects.toThrow(refusal.slice('refuse: '.length));
  // An unfinished training needs no more what it set out from.
  const train = ['train', 'gan', '--dataset', root, '--start-from', absent, ...out];
  expect([await would(...train), await would(...train, '--resume')]).toEqual([refusal, `write ${out[1]}`]);
  // A place to write to need not be there.
  expect(await would('fit', '--latents', root, '--scores', root, '--export', absent, ...out)).toBe(`write ${out[1]}`);
});
