// One training step of each network as a graph: forward, backward, Adam and the generator's moving average.
import { gradients } from '../graph/gradient.ts';
import * as ops from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import { flattenTree, type ParameterSpec, parameterInputs } from '../graph/tree.ts';
import type { GanArchitecture } from '../models/channels.ts';
import { discriminator, discriminatorSpec } from '../models/discriminator.ts';
import { crossFade } from '../models/gan-layers.ts';
import { generator, generatorSpec } from '../models/generator.ts';
import { type AdamOptions, adamSpecs, adamUpdates, movingAverage } from '../nn/adam.ts';
import type { BatchStatistics } from '../nn/normalisation.ts';
import type { ProgramDefinition } from '../runtime/program.ts';
import { discriminatorLoss, type GanLoss, generatorLoss, type LossTerms } from './losses.ts';

/** Where each network and its optimiser keep their state. */
export const stateNames = {
  generator: 'generator',
  discriminator: 'discriminator',
  generatorEma: 'generatorEma',
  generatorAdam: 'generatorAdam',
  discriminatorAdam: 'discriminatorAdam',
} as const;

export interface StepOptions {
  readonly architecture: GanArchitecture;
  readonly loss: GanLoss;
  readonly adam: AdamOptions;
  /** The resolution the networks have grown to. */
  readonly resolution: number;
  readonly minibatch: number;
  /** Whether the newest block is fading in: the step then wants `alpha`. */
  readonly fading: boolean;
}

export interface GanStateSpecs {
  readonly generator: ReadonlyMap<string, ParameterSpec>;
  /** Running statistics of the generator's batch norm; empty where it has none. */
  readonly statistics: ReadonlyMap<string, ParameterSpec>;
  readonly discriminator: ReadonlyMap<string, ParameterSpec>;
  /** Starts anew whenever a resolution is added. */
  readonly optimisers: ReadonlyMap<string, ParameterSpec>;
}

/** Every state that training at this resolution has, and how it starts; the moving average mirrors the generator. */
export function ganStateSpecs(architecture: GanArchitecture, resolution: number, adam: AdamOptions): GanStateSpecs {
  const ofGenerator = flattenTree(generatorSpec(architecture, resolution), stateNames.generator);
  const withStatistics = flattenTree(generatorSpec(architecture, resolution, true), stateNames.generator);
  const ofDiscriminator = flattenTree(discriminatorSpec(architecture, resolution), stateNames.discriminator);
  const optimisers = new Map([
    ...adamSpecs(ofGenerator, stateNames.generatorAdam, adam),
    ...adamSpecs(ofDiscriminator, stateNames.discriminatorAdam, adam),
  ]);
  const statistics = new Map([...withStatistics].filter(([name]) => !ofGenerator.has(name)));
  return { generator: ofGenerator, statistics, discriminator: ofDiscriminator, optimisers };
}

/** Every state that training at this resolution has, by name, with its shape. */
export function ganStateShapes(
  architecture: GanArchitecture,
  resolution: number,
  adam: AdamOptions,
): Map<string, readonly number[]> {
  const {
    generator: trained,
    statistics,
    discriminator: critic,
    optimisers,
  } = ganStateSpecs(architecture, resolution, adam);
  const ofGenerator = [...trained, ...statistics];
  const averages = ofGenerator.map(([name, spec]) => [emaName(name), spec] as const);
  return new Map([...ofGenerator, ...averages, ...critic, ...optimisers].map(([name, { shape }]) => [name, shape]));
}

/** Whether a state is one of the two networks' own, not of their optimisers or the moving average. */
export function isNetworkState(name: string): boolean {
  return [stateNames.generator, stateNames.discriminator].some(network => name.startsWith(`${network}/`));
}

/** The name under which the moving average of a generator parameter is kept. */
export function emaName(name: string): string {
  return stateNames.generatorEma + name.slice(stateNames.generator.length);
}

/** Both networks with their parameters as inputs, images that the generator makes of the input `z`, and real ones. */
function networks({ architecture, resolution, minibatch, fading }: StepOptions) {
  const alpha = fading ? ops.input('alpha', []) : undefined;
  const fed = ops.input('reals', [minibatch, 3, resolution, resolution]);
  const ofGenerator = parameterInputs(generatorSpec(architecture, resolution), stateNames.generator);
  const ofDiscriminator = parameterInputs(discriminatorSpec(architecture, resolution), stateNames.discriminator);
  const z = ops.input('z', [minibatch, architecture.latentSize]);
  /** Of the batch, by the path of the layer. */
  const statistics = new Map<string, BatchStatistics>();
  const observe = (path: string, observed: BatchStatistics) => statistics.set(path, observed);
  return {
    alpha,
    statistics,
    generatorParameters: flattenTree<Tensor>(ofGenerator, stateNames.generator),
    discriminatorParameters: flattenTree<Tensor>(ofDiscriminator, stateNames.discriminator),
    // Real images fade in as generated ones do, or the discriminator would tell them apart by their detail alone.
    reals: alpha === undefined ? fed : crossFade(ops.upsample2(ops.averagePool2(fed)), fed, alpha),
    fakes: generator(architecture, ofGenerator, z, { resolution, alpha, observe }),
    critic: (images: Tensor) => discriminator(architecture, ofDiscriminator, images, alpha),
  };
}

/** A network's loss and its gradient by every parameter of that network. */
export interface TrainingTerms extends LossTerms {
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** In the parameters' order. */
  readonly gradients: readonly Tensor[];
}

/** As {@link discriminatorStep}, without the optimiser. */
export function discriminatorTerms(options: StepOptions, penalise: boolean): TrainingTerms {
  const { reals, fakes, critic, discriminatorParameters } = networks(options);
  const mixing = ops.input('mixing', [options.minibatch, 1, 1, 1]);
  const terms = discriminatorLoss(options.loss, critic, reals, fakes, mixing, penalise);
  const all = gradients(terms.loss, [...discriminatorParameters.values()]);
  return { ...terms, parameters: discriminatorParameters, gradients: all };
}

/** As {@link generatorStep}, without the optimiser. */
export function generatorTerms(
  options: StepOptions,
): TrainingTerms & { images: Tensor; statistics: ReadonlyMap<string, BatchStatistics> } {
  const { reals, fakes, critic, generatorParameters, statistics } = networks(options);
  const loss = generatorLoss(options.loss, critic, fakes, reals);
  const all = gradients(loss, [...generatorParameters.values()]);
  return { loss, metrics: {}, parameters: generatorParameters, gradients: all, images: fakes, statistics };
}

/**
 * Trains the discriminator once. Fed: `z` [N, d], `reals` [N, 3, R, R], `mixing` [N, 1, 1, 1] (WGAN-GP only),
 * `learningRate`, and `alpha` while fading.
 * @param penalise whether the step carries a logistic loss's penalty.
 */
export function discriminatorStep(options: StepOptions, penalise: boolean): ProgramDefinition {
  const { loss, metrics, parameters, gradients: all } = discriminatorTerms(options, penalise);
  const rate = ops.input('learningRate', []);
  const updates = adamUpdates(parameters, all, rate, stateNames.discriminatorAdam, options.adam);
  return { outputs: { discriminatorLoss: loss, ...metrics }, updates };
}

/** How much of batch norm's running statistics stays at each step of the generator. */
const statisticsKept = 0.9;

/**
 * Trains the generator once. Fed: `z` [N, d], `reals` [N, 3, R, R] (relativistic only), `learningRate`, `emaDecay`, and
 * `alpha` while fading.
 */
export function generatorStep(options: StepOptions): ProgramDefinition {
  const { loss, parameters, gradients: all, statistics } = generatorTerms(options);
  const rate = ops.input('learningRate', []);
  const updates = adamUpdates(parameters, all, rate, stateNames.generatorAdam, options.adam);
  const decay = ops.input('emaDecay', []);
  for (const [path, observed] of statistics) {
    for (const [name, value] of Object.entries(observed) as [string, Tensor][]) {
      const state = `${stateNames.generator}/${path}/${name}`;
      const next = movingAverage(ops.input(state, value.shape), value, ops.scalar(statisticsKept));
      updates[state] = next;
    }
  }
  const averaged = Object.entries(updates).filter(([name]) => name.startsWith(`${stateNames.generator}/`));
  for (const [name, next] of averaged) {
    updates[emaName(name)] = movingAverage(ops.input(emaName(name), next.shape), next, decay);
  }
  return { outputs: { generatorLoss: loss }, updates };
}

/**
 * Trains both networks once on the same latents, each against the other as it was. Their graphs share the generated
 * images and the discriminator's view of them, which saves a quarter of the time (docs/log.md).
 */
export function simultaneousStep(options: StepOptions, penalise: boolean): ProgramDefinition {
  const [ofDiscriminator, ofGenerator] = [discriminatorStep(options, penalise), generatorStep(options)];
  return {
    outputs: { ...ofDiscriminator.outputs, ...ofGenerator.outputs },
    updates: { ...ofDiscriminator.updates, ...ofGenerator.updates },
  };
}

/** Images made by the moving average. Fed: `z` [N, d], and `alpha` while fading. */
export function samplingProgram(options: Omit<StepOptions, 'loss' | 'adam'>): ProgramDefinition {
  const { architecture, resolution, minibatch, fading } = options;
  const alpha = fading ? ops.input('alpha', []) : undefined;
  const parameters = parameterInputs(generatorSpec(architecture, resolution, true), stateNames.generatorEma);
  const z = ops.input('z', [minibatch, architecture.latentSize]);
  return { outputs: { images: generator(architecture, parameters, z, { resolution, alpha }) } };
}
