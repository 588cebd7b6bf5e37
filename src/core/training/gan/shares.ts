// The seam to threads that share a GAN's minibatches, and the memory in which they update the training's state.
import { sizeOf } from '../../graph/tensor.ts';
import { type FlatLayout, type FlatState, type FlatUpdate, flatState } from '../../nn/flat-adam.ts';
import type { Feeds } from '../../runtime/program.ts';
import type { StateStore } from '../../runtime/state.ts';
import { perImageInputs } from '../losses/adversarial.ts';
import { emaName, stateNames } from './state.ts';

/** Everything that threads need to compute their shares of each step. */
export interface ShareProgram {
  /** `.onnx` files: a step's gradients without and with the loss's penalty. */
  readonly plain: Uint8Array;
  readonly penalised: Uint8Array;
  /** The networks' parameters in the order in which they lie in the flat state. */
  readonly parameters: readonly (readonly [name: string, shape: readonly number[]])[];
  readonly state: FlatState;
}

/** Threads that each compute the gradients of a share of every minibatch, and then update a share of the parameters. */
export interface Shares {
  readonly count: number;
  /** Gives all threads new programs. @param program with room for the gradients of `count` shares. */
  prepare(program: ShareProgram): Promise<void>;
  /** Computes the gradients, which stay with the threads. @param feeds of each share. @returns each share's figures. */
  run(penalise: boolean, feeds: readonly Feeds[]): Promise<readonly Readonly<Record<string, Float32Array>>[]>;
  /** Takes one step along the mean of the gradients. */
  update(update: FlatUpdate): Promise<void>;
}

/** The tensors that a step changes, in memory that threads share. */
export interface Flat {
  readonly state: FlatState;
  /** Calls back for each tensor of the state that lies in it. */
  each(visit: (name: string, values: Float32Array) => void): void;
}

/** Copies the tensors that a step changes into memory that threads share. */
export function flatten(
  tensors: StateStore,
  parameters: ShareProgram['parameters'],
  options: Omit<FlatLayout, 'size' | 'averagedFrom'>,
): Flat {
  const sizeOfAll = (some: ShareProgram['parameters']) => some.reduce((sum, [, shape]) => sum + sizeOf(shape), 0);
  const size = sizeOfAll(parameters);
  const ofGenerator = parameters.filter(([name]) => name.startsWith(`${stateNames.generator}/`));
  const averagedFrom = size - sizeOfAll(ofGenerator); // the generator's come last
  const state = flatState({ size, averagedFrom, ...options });
  const momentName = (kind: string) => (name: string) =>
    name.replace(/^\w+/, network => `${network}Adam/${kind}/${network}`);
  const places: (readonly [values: Float32Array | undefined, nameOf: (name: string) => string])[] = [
    [state.parameters, name => name],
    [state.mean, momentName('mean')],
    [state.variance, momentName('variance')],
    ...state.averages.map((values, average) => [values, (name: string) => emaName(name, average)] as const),
  ];
  const each = (visit: (name: string, values: Float32Array) => void) => {
    for (const [values, nameOf] of places) {
      if (values === undefined) continue;
      let at = 0;
      for (const [parameter, shape] of parameters) {
        const part = values.subarray(at, at + sizeOf(shape));
        if (tensors.has(nameOf(parameter))) visit(nameOf(parameter), part);
        at += part.length;
      }
    }
  };
  each((name, part) => part.set(tensors.values(name)));
  return { state, each };
}

const rows: ReadonlySet<string> = new Set(perImageInputs);

/** The feeds of one share: its rows of feeds that have a row an image, and the whole of others. */
export function partOf(feeds: Feeds, share: number, count: number): Feeds {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, values]) => {
      const size = values.length / count;
      return [name, rows.has(name) ? values.slice(share * size, (share + 1) * size) : values];
    }),
  );
}

/** The mean of each figure over the shares. */
export function meansOf(figures: readonly Readonly<Record<string, Float32Array>>[]): Record<string, Float32Array> {
  const names = Object.keys(figures[0]!);
  const mean = (name: string) => figures.reduce((sum, each) => sum + each[name]![0]!, 0) / figures.length;
  return Object.fromEntries(names.map(name => [name, Float32Array.of(mean(name))]));
}
