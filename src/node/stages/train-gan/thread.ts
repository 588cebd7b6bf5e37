// A thread of `train gan`, which works on its share of each minibatch.
import { openDevice } from '../../devices/device.ts';
import { serve } from '../../threads/serve.ts';
import { shareOf } from './share.ts';
import type { ShareThread } from './share-threads.ts';

serve<ShareThread>(async ({ device }) => shareOf(await openDevice({ device, threads: 1 })));
