// A thread of `train gan`, which works on its share of each minibatch.
import { cpuDevice } from '../../devices/device.ts';
import { serve } from '../../threads/serve.ts';
import { shareOf } from './share.ts';
import type { ShareThread } from './share-threads.ts';

serve<ShareThread>(async () => shareOf(cpuDevice(1)));
