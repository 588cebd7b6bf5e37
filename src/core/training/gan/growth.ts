// Begins the state of a GAN's training, grows it by a resolution, and completes one from a checkpoint that lacks parts.
import type { GanArchitecture } from '../../models/gan-architecture.ts';
import { ganModel } from '../../models/gan-kinds.ts';
import type { ParameterValues } from '../../models/gan-model.ts';
import type { AdamOptions } from '../../nn/adam.ts';
import { initialValues } from '../../nn/initialise.ts';
import type { StateStore } from '../../runtime/state.ts';
import type { TrainingState } from '../training-state.ts';
import { emaName, emaNames, ganStateSpecs, isNetworkState, isOptimiserState, stateNames } from './state.ts';

export interface GanStateOptions {
  readonly architecture: GanArchitecture;
  readonly adam: AdamOptions;
  /** Moving averages that are kept. */
  readonly averageCount: number;
  /** The resolution that the networks have, or are to have. */
  readonly resolution: number;
}

/**
 * Begins the networks at a resolution, or grows them to twice theirs. New layers are drawn at random or start as the
 * model says, moving averages begin as copies of them, and the optimisers start anew.
 * @param from the resolution that the networks have now; 0 where there are none.
 */
export function growState({ tensors, random }: TrainingState, from: number, options: GanStateOptions): void {
  const { architecture, adam, resolution } = options;
  const { generator, discriminator, statistics } = ganStateSpecs(architecture, resolution, adam);
  const networks = new Map([...generator, ...discriminator, ...statistics]);
  for (const [name, spec] of networks) {
    if (!tensors.has(name)) tensors.set(name, spec.shape, initialValues(spec, random));
  }
  if (from > 0) startGrown(tensors, options);
  for (const name of tensors.names()) {
    // Optimisers go whole: those of layers that are no more would stay in every later checkpoint.
    if ((isNetworkState(name) && !networks.has(name)) || isOptimiserState(name)) tensors.delete(name);
  }
  completeState({ tensors, random }, options);
}

/** Sets new parameters that the model starts from the ones already trained. */
function startGrown(tensors: StateStore, { architecture, resolution }: GanStateOptions): void {
  const { generator, discriminator } = stateNames;
  const valuesOf = (network: string): ParameterValues => {
    const names = tensors.names().filter(name => name.startsWith(`${network}/`));
    return new Map(names.map(name => [name.slice(network.length + 1), tensors.values(name)]));
  };
  const grown = ganModel(architecture).grownValues(resolution, valuesOf(generator), valuesOf(discriminator));
  for (const network of [generator, discriminator] as const) {
    for (const [path, values] of grown[network]) {
      const name = `${network}/${path}`;
      tensors.set(name, tensors.shape(name), values);
    }
  }
}

/**
 * Adds the optimisers and moving averages that are missing after growth, or in a checkpoint of the networks alone.
 * Optimisers begin at rest; the first moving average begins as a copy of the network, further ones as copies of the first.
 */
export function completeState(
  { tensors, random }: Pick<TrainingState, 'tensors' | 'random'>,
  { architecture, adam, averageCount, resolution }: GanStateOptions,
): void {
  const { generator, statistics, optimisers } = ganStateSpecs(architecture, resolution, adam);
  for (const [name, spec] of optimisers) {
    if (!tensors.has(name)) tensors.set(name, spec.shape, initialValues(spec, random));
  }
  for (const [name, { shape }] of [...generator, ...statistics]) {
    for (const [average, ema] of emaNames(name, averageCount).entries()) {
      if (tensors.has(ema) || !tensors.has(name)) continue;
      const source = average > 0 && tensors.has(emaName(name)) ? emaName(name) : name;
      tensors.set(ema, shape, tensors.values(source));
    }
  }
}
