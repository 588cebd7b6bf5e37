// One thread's part of a GAN's training: the gradients of its share of each minibatch, and the update of its parameters.
import { sizeOf } from '../../../core/graph/tensor.ts';
import { updateFlat } from '../../../core/nn/adam.ts';
import type { Device } from '../../../core/runtime/device.ts';
import { Program } from '../../../core/runtime/program.ts';
import { StateStore } from '../../../core/runtime/state.ts';
import { gradientOutput } from '../../../core/training/gan/step.ts';
import type { ShareOrder, ShareThread } from './share-threads.ts';

type Ready = Extract<ShareOrder, { what: 'prepare' }> & {
  readonly plain: Program;
  readonly penalised: Program;
  /** Copies of the parameters: ONNX Runtime takes no memory that threads share. */
  readonly copies: StateStore;
};

/** @returns what obeys one order after the other; `prepare` comes before the others. */
export function shareOf(device: Device): (order: ShareOrder) => Promise<ShareThread['output']> {
  let ready: Ready | undefined;
  return async order => {
    if (order.what === 'prepare') {
      await ready?.plain.release();
      await ready?.penalised.release();
      ready = await prepared(device, order);
      return {};
    }
    if (order.what === 'step') return gradients(ready!, order);
    const { program, gradients: all, share } = ready!;
    const { length } = program.state.parameters;
    const part = Math.ceil(length / all.length);
    updateFlat(program.state, all, order.update, share * part, Math.min(length, (share + 1) * part));
    return {};
  };
}

async function prepared(device: Device, order: Extract<ShareOrder, { what: 'prepare' }>): Promise<Ready> {
  const { plain, penalised, parameters } = order.program;
  const copies = new StateStore(device);
  for (const [name, shape] of parameters) copies.set(name, shape, new Float32Array(sizeOf(shape)));
  const open = (bytes: Uint8Array) => Program.openTraining(device, bytes);
  return { ...order, plain: await open(plain), penalised: await open(penalised), copies };
}

/** Leaves the gradients in the memory of this share. @returns the figures of the step. */
async function gradients(
  { program, gradients: all, share, copies, ...programs }: Ready,
  { penalise, feeds }: Extract<ShareOrder, { what: 'step' }>,
): Promise<ShareThread['output']> {
  let at = 0;
  for (const [name] of program.parameters) {
    const values = copies.values(name);
    values.set(program.state.parameters.subarray(at, at + values.length));
    at += values.length;
  }
  const results = await programs[penalise ? 'penalised' : 'plain'].run(feeds, copies);
  const { [gradientOutput]: flat, ...figures } = results;
  all[share]!.set(flat!);
  return figures;
}
