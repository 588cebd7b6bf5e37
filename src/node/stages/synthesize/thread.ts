// A thread of `synthesize`: makes a shard of labelled faces at a time.
import { openDevice } from '../../devices/device.ts';
import { serve } from '../../threads/serve.ts';
import { readNetworks } from './networks.ts';
import { shardMaker } from './shard.ts';
import type { SynthesizeThread } from './work.ts';

// Each session has one thread: results are then the same for any number of threads, and none waits for another.
serve<SynthesizeThread>(async ({ device, psi, seed, ...folders }) => {
  const { generator, classifier } = await readNetworks(folders);
  return shardMaker(await openDevice({ device, threads: 1 }), {
    generator: { architecture: generator.details, weights: generator.tensors },
    classifier: { architecture: classifier.details.architecture, weights: classifier.tensors },
    psi,
    seed,
  });
});
