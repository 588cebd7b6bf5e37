// A thread of `train gan`: the gradients of its share of a minibatch, written where the trainer reads them.
import { Program } from '../../core/runtime/program.ts';
import { StateStore } from '../../core/runtime/state.ts';
import { gradientOutput } from '../../core/training/gan/gan-step.ts';
import { cpuDevice } from '../io/device.ts';
import type { ShareAnswer, ShareOrder } from './gan-shares.ts';
import { serve } from './serve.ts';

serve(async () => {
  const device = cpuDevice(1);
  let programs: readonly [plain: Program, penalised: Program] | undefined;
  let state = new StateStore(device);
  let shared: { readonly parameters: Float32Array; readonly gradient: Float32Array } | undefined;
  let names: readonly string[] = [];
  return async (order: ShareOrder): Promise<ShareAnswer> => {
    if (order.what === 'prepare') {
      for (const program of programs ?? []) await program.release();
      const { plain, penalised, parameters } = order.program;
      programs = [await Program.openTraining(device, plain), await Program.openTraining(device, penalised)];
      state = new StateStore(device);
      for (const [name, shape] of parameters) {
        state.set(name, shape, new Float32Array(shape.reduce((size, length) => size * length, 1)));
      }
      names = parameters.map(([name]) => name);
      shared = order;
      return {};
    }
    const { parameters, gradient } = shared!;
    let at = 0;
    for (const name of names) {
      const values = state.values(name);
      values.set(parameters.subarray(at, at + values.length));
      at += values.length;
    }
    const results = await programs![Number(order.penalise)]!.run(order.feeds, state);
    const { [gradientOutput]: flat, ...figures } = results;
    gradient.set(flat!);
    return figures;
  };
});
