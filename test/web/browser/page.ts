// The page that the test opens: runs ten training steps on the WebAssembly provider when asked.
import { wasmDevice } from '../../../src/web/worker/device.ts';
import { type LossKind, tenSteps } from './ten-steps.ts';

declare global {
  var trainHere: (loss: LossKind) => ReturnType<typeof tenSteps>;
}
globalThis.trainHere = loss => tenSteps(wasmDevice(1), loss);
