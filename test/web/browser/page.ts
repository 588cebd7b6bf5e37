// What the page can be asked for: ten training steps on the WebAssembly provider.
import { wasmDevice } from '../../../src/web/worker/device.ts';
import { type LossKind, tenSteps } from './ten-steps.ts';

declare global {
  var trainHere: (loss: LossKind) => ReturnType<typeof tenSteps>;
}
globalThis.trainHere = loss => tenSteps(wasmDevice(1), loss);
