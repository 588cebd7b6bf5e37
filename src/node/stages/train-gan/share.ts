// One thread's part of a GAN's training: the gradients of its share of each minibatch, and the update of its parameters.
import { sizeOf } from '../../../core/graph/tensor.ts';
import { flatUpdate, type UpdatePart } from '../../../core/nn/flat-adam.ts';
import type { Device } from '../../../core/runtime/device.ts';
import { Program } from '../../../core/runtime/program.ts';
import { StateStore } from '../../../core/runtime/state.ts';
import { gradientState } from '../../../core/training/gan/step.ts';
import type { ShareOrder, ShareThread } from './share-threads.ts';

type Prepare = Extract<ShareOrder, { what: 'prepare' }>;

/** A step without and with the penalty. */
interface Programs {
  readonly plain: Program;
  readonly penalised: Program;
  /** Copies of the parameters and the gradient: ONNX Runtime takes no memory that threads share. */
  readonly copies: StateStore;
}

/** @returns what obeys one order after the other; `prepare` comes before the others. */
export function shareOf(device: Device): (order: ShareOrder) => Promise<ShareThread['output']> {
  let prepared: Prepare | undefined;
  let programs: Programs | undefined;
  let update: UpdatePart | undefined;
  return async order => {
    if (order.what === 'prepare') {
      await programs?.plain.release();
      await programs?.penalised.release();
      prepared = order;
      update = flatUpdate(order.program.state);
      programs = order.thread < order.program.state.gradients.length ? await programsOf(device, order) : undefined;
      return {};
    }
    if (order.what === 'step') return gradients(prepared!, programs!, order);
    update!(order.update, prepared!.thread, prepared!.threads);
    return {};
  };
}

async function programsOf(device: Device, order: Prepare): Promise<Programs> {
  const { plain, penalised, parameters } = order.program;
  const copies = new StateStore(device);
  for (const [name, shape] of parameters) copies.set(name, shape, new Float32Array(sizeOf(shape)));
  const size = order.program.state.parameters.length;
  copies.set(gradientState, [size], new Float32Array(size));
  const open = (bytes: Uint8Array) => Program.openTraining(device, bytes);
  return { plain: await open(plain), penalised: await open(penalised), copies };
}

/** Leaves the gradients in the memory of this share. @returns the figures of the step. */
async function gradients(
  { program, thread }: Prepare,
  { copies, ...programs }: Programs,
  { penalise, feeds }: Extract<ShareOrder, { what: 'step' }>,
): Promise<ShareThread['output']> {
  let at = 0;
  for (const [name] of program.parameters) {
    const values = copies.values(name);
    values.set(program.state.parameters.subarray(at, at + values.length));
    at += values.length;
  }
  const figures = await programs[penalise ? 'penalised' : 'plain'].run(feeds, copies);
  program.state.gradients[thread]!.set(copies.values(gradientState));
  return figures;
}
