// The tensors that a GAN's training keeps between steps, by name: both networks, their optimisers, moving averages.
import { flattenTree, type ParameterSpec } from '../../graph/tree.ts';
import type { GanArchitecture } from '../../models/gan-architecture.ts';
import { ganModel } from '../../models/gan-kinds.ts';
import { type AdamOptions, adamSpecs } from '../../nn/adam.ts';

/** Where each network and its optimiser keep their state. */
export const stateNames = {
  generator: 'generator',
  discriminator: 'discriminator',
  generatorEma: 'generatorEma',
  generatorAdam: 'generatorAdam',
  discriminatorAdam: 'discriminatorAdam',
} as const;

export interface GanStateSpecs {
  readonly generator: ReadonlyMap<string, ParameterSpec>;
  /** Running statistics of the generator's batch norm; empty where it has none. */
  readonly statistics: ReadonlyMap<string, ParameterSpec>;
  readonly discriminator: ReadonlyMap<string, ParameterSpec>;
  /** Start anew whenever a resolution is added. */
  readonly optimisers: ReadonlyMap<string, ParameterSpec>;
}

/** Every state at this resolution but the moving averages, which mirror the generator: its shape and how it starts. */
export function ganStateSpecs(architecture: GanArchitecture, resolution: number, adam: AdamOptions): GanStateSpecs {
  const model = ganModel(architecture);
  const generator = flattenTree<ParameterSpec>(model.generatorSpec(resolution), stateNames.generator);
  const kept = flattenTree<ParameterSpec>(model.keptSpec(resolution), stateNames.generator);
  const discriminator = flattenTree<ParameterSpec>(model.discriminatorSpec(resolution), stateNames.discriminator);
  return {
    generator,
    statistics: new Map([...kept].filter(([name]) => !generator.has(name))),
    discriminator,
    optimisers: new Map([
      ...adamSpecs(generator, stateNames.generatorAdam, adam),
      ...adamSpecs(discriminator, stateNames.discriminatorAdam, adam),
    ]),
  };
}

/** Every state at this resolution, moving averages included, by name, with its shape. */
export function ganStateShapes(
  architecture: GanArchitecture,
  resolution: number,
  adam: AdamOptions,
  averageCount: number,
): Map<string, readonly number[]> {
  const specs = ganStateSpecs(architecture, resolution, adam);
  const averaged = [...specs.generator, ...specs.statistics];
  const copies = averaged.flatMap(([name, spec]) => emaNames(name, averageCount).map(ema => [ema, spec] as const));
  const all = [...averaged, ...copies, ...specs.discriminator, ...specs.optimisers];
  return new Map(all.map(([name, { shape }]) => [name, shape]));
}

/** Whether a state is one of the two networks' own, not of their optimisers or a moving average. */
export function isNetworkState(name: string): boolean {
  return [stateNames.generator, stateNames.discriminator].some(network => name.startsWith(`${network}/`));
}

/** Whether a state belongs to an optimiser of one of the two networks. */
export function isOptimiserState(name: string): boolean {
  return [stateNames.generatorAdam, stateNames.discriminatorAdam].some(optimiser => name.startsWith(`${optimiser}/`));
}

/** The prefix of a moving average's state: `generatorEma`, `generatorEma1`, … */
export function emaPrefix(average = 0): string {
  return average === 0 ? stateNames.generatorEma : `${stateNames.generatorEma}${average}`;
}

/** The name under which a moving average of a generator parameter is kept. */
export function emaName(name: string, average = 0): string {
  return emaPrefix(average) + name.slice(stateNames.generator.length);
}

export function emaNames(name: string, averageCount: number): string[] {
  return Array.from({ length: averageCount }, (_, average) => emaName(name, average));
}

/** The decay of a moving average is fed under this name: `emaDecay`, `emaDecay1`, … */
export function emaDecayName(average: number): string {
  return average === 0 ? 'emaDecay' : `emaDecay${average}`;
}
