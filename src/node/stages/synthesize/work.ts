// The work of `synthesize` that is spread over threads or machines: a shard of labelled faces at a time.
import { z } from 'zod';
import type { DeviceName } from '../../devices/device.ts';
import type { WorkKind } from '../../threads/work-kind.ts';
import type { Shard, ShardOrder } from './shard.ts';

export interface SynthesizeThread {
  file: 'stages/synthesize/thread';
  shared: {
    /** Run folder of `train gan`. */
    readonly generator: string;
    /** Run folder of `train classifier`. */
    readonly classifier: string;
    readonly psi: number;
    readonly seed: number;
    readonly device: DeviceName;
  };
  input: ShardOrder;
  output: Shard;
}

/** Faces that a thread makes and labels at a time; only two such shards a thread are ever in memory. */
export const shardSize = 500;

export const shards: WorkKind<SynthesizeThread> = {
  stage: 'synthesize',
  file: 'stages/synthesize/thread',
  paths: ['generator', 'classifier'],
  input: z.strictObject({
    shard: z.int().min(0),
    count: z.int().min(1).max(shardSize),
    shown: z.int().min(0).max(shardSize),
  }),
};
