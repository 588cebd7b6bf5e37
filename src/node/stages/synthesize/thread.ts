// A thread of `synthesize`: makes a shard of labelled faces at a time.
import { type DeviceName, openDevice } from '../../devices/device.ts';
import { serve } from '../../threads/serve.ts';
import { type FaceMaker, type Shard, type ShardOrder, shardMaker } from './shard.ts';

export interface SynthesizeThread {
  file: 'stages/synthesize/thread';
  shared: FaceMaker & { readonly device: DeviceName };
  input: ShardOrder;
  output: Shard;
}

// Each session has one thread: results are then the same for any number of threads, and none waits for another.
serve<SynthesizeThread>(async ({ device, ...maker }) => shardMaker(await openDevice({ device, threads: 1 }), maker));
