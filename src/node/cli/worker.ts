// Command `worker`: does the work that stages with --queue hand out, on as many machines as run it.
import { z } from 'zod';
import { countOf } from '../../core/errors.ts';
import { work } from '../queue/worker.ts';
import { calibrations } from '../stages/calibrate/work.ts';
import { photoEdits } from '../stages/edit/work.ts';
import { probes } from '../stages/evaluate-edits/work.ts';
import { pathOption, threadsOption } from '../stages/framework/options.ts';
import { queueOption } from '../stages/framework/spread.ts';
import { defineStage } from '../stages/framework/stage.ts';
import { shards } from '../stages/synthesize/work.ts';
import type { AnyWorkKind } from '../threads/work-kind.ts';

const kinds: readonly AnyWorkKind[] = [shards, calibrations, probes, photoEdits];

const options = z.strictObject({
  queue: queueOption().describe('the Redis by which stages hand out work'),
  shared: pathOption().default('.').describe('folder that all machines see, wherever this one has it'),
  threads: threadsOption('a piece of work of its own'),
});

export const worker = defineStage({
  name: 'worker',
  description: 'Do the work that stages with --queue hand out, until it is stopped with Ctrl-C.',
  examples: ['--queue redis://localhost/0', '--queue redis://head:6379/0 --shared /mnt/faces --threads 8'],
  options,
  async run(place, context) {
    return { pieces: await work(place, kinds, context) };
  },
  print: ({ pieces }) => `worker: stopped after ${countOf(pieces, 'pieces')} of work`,
});
