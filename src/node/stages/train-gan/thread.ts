// A thread of `train gan`: the gradients of its share of a minibatch, and the update of its part of the parameters.
import { sizeOf } from '../../../core/graph/tensor.ts';
import { updateFlat } from '../../../core/nn/adam.ts';
import { Program } from '../../../core/runtime/program.ts';
import { StateStore } from '../../../core/runtime/state.ts';
import { gradientOutput } from '../../../core/training/gan/step.ts';
import { cpuDevice } from '../../devices/device.ts';
import { serve } from '../../threads/serve.ts';
import type { ShareOrder, ShareThread } from './shares.ts';

type Ready = Extract<ShareOrder, { what: 'prepare' }> & {
  readonly plain: Program;
  readonly penalised: Program;
  /** Copies of the parameters: ONNX Runtime takes no memory that threads share. */
  readonly copies: StateStore;
};

serve<ShareThread>(async () => {
  const device = cpuDevice(1);
  let ready: Ready | undefined;
  return async order => {
    if (order.what === 'prepare') {
      await ready?.plain.release();
      await ready?.penalised.release();
      const { plain, penalised, parameters } = order.program;
      const copies = new StateStore(device);
      for (const [name, shape] of parameters) {
        copies.set(name, shape, new Float32Array(sizeOf(shape)));
      }
      const open = (bytes: Uint8Array) => Program.openTraining(device, bytes);
      ready = { ...order, plain: await open(plain), penalised: await open(penalised), copies };
      return {};
    }
    const { program, gradients, share, copies, ...programs } = ready!;
    const { state } = program;
    if (order.what === 'update') {
      const part = Math.ceil(state.parameters.length / gradients.length);
      const end = Math.min(state.parameters.length, (share + 1) * part);
      updateFlat(state, gradients, order.update, share * part, end);
      return {};
    }
    let at = 0;
    for (const [name] of program.parameters) {
      const values = copies.values(name);
      values.set(state.parameters.subarray(at, at + values.length));
      at += values.length;
    }
    const results = await programs[order.penalise ? 'penalised' : 'plain'].run(order.feeds, copies);
    const { [gradientOutput]: flat, ...figures } = results;
    gradients[share]!.set(flat!);
    return figures;
  };
});
