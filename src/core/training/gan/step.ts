// One training step of each network as a graph: forward, backward, Adam and the generator's moving averages.
import { gradients } from '../../graph/gradient.ts';
import * as ops from '../../graph/ops.ts';
import { sizeOf, type Tensor } from '../../graph/tensor.ts';
import { flattenTree, type ParameterSpec, parameterInputs } from '../../graph/tree.ts';
import type { GanArchitecture } from '../../models/gan-architecture.ts';
import { ganModel } from '../../models/gan-kinds.ts';
import { type AdamOptions, adamSpecs, adamUpdates, movingAverage } from '../../nn/adam.ts';
import { crossFade } from '../../nn/layers.ts';
import type { BatchStatistics } from '../../nn/normalisation.ts';
import type { ProgramDefinition } from '../../runtime/program.ts';
import type { LossTerms } from '../losses/adversarial.ts';
import { adversarialLoss, discriminatorLoss, type GanLoss, generatorLoss, scored } from '../losses/losses.ts';

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
  /** Moving averages of the generator that are kept; 1 if left out. */
  readonly averages?: number;
}

export interface GanStateSpecs {
  readonly generator: ReadonlyMap<string, ParameterSpec>;
  /** Running statistics of the generator's batch norm; empty where it has none. */
  readonly statistics: ReadonlyMap<string, ParameterSpec>;
  readonly discriminator: ReadonlyMap<string, ParameterSpec>;
  /** Starts anew whenever a resolution is added. */
  readonly optimisers: ReadonlyMap<string, ParameterSpec>;
}

/** Every state that training at this resolution has, and how it starts; moving averages mirror the generator. */
export function ganStateSpecs(architecture: GanArchitecture, resolution: number, adam: AdamOptions): GanStateSpecs {
  const model = ganModel(architecture);
  const ofGenerator = flattenTree<ParameterSpec>(model.generatorSpec(resolution), stateNames.generator);
  const kept = flattenTree<ParameterSpec>(model.keptSpec(resolution), stateNames.generator);
  const ofDiscriminator = flattenTree<ParameterSpec>(model.discriminatorSpec(resolution), stateNames.discriminator);
  const optimisers = new Map([
    ...adamSpecs(ofGenerator, stateNames.generatorAdam, adam),
    ...adamSpecs(ofDiscriminator, stateNames.discriminatorAdam, adam),
  ]);
  const statistics = new Map([...kept].filter(([name]) => !ofGenerator.has(name)));
  return { generator: ofGenerator, statistics, discriminator: ofDiscriminator, optimisers };
}

/** Every state that training at this resolution has, by name, with its shape. */
export function ganStateShapes(
  architecture: GanArchitecture,
  resolution: number,
  adam: AdamOptions,
  averages = 1,
): Map<string, readonly number[]> {
  const {
    generator: trained,
    statistics,
    discriminator: critic,
    optimisers,
  } = ganStateSpecs(architecture, resolution, adam);
  const ofGenerator = [...trained, ...statistics];
  const mirrored = ofGenerator.flatMap(([name, spec]) => emaNames(name, averages).map(ema => [ema, spec] as const));
  return new Map([...ofGenerator, ...mirrored, ...critic, ...optimisers].map(([name, { shape }]) => [name, shape]));
}

/** Whether a state is one of the two networks' own, not of their optimisers or a moving average. */
export function isNetworkState(name: string): boolean {
  return [stateNames.generator, stateNames.discriminator].some(network => name.startsWith(`${network}/`));
}

/** Under what the state of a moving average is kept: `generatorEma`, `generatorEma1`, … */
export function emaPrefix(average = 0): string {
  return average === 0 ? stateNames.generatorEma : `${stateNames.generatorEma}${average}`;
}

/** The name under which a moving average of a generator parameter is kept. */
export function emaName(name: string, average = 0): string {
  return emaPrefix(average) + name.slice(stateNames.generator.length);
}

export function emaNames(name: string, averages: number): string[] {
  return Array.from({ length: averages }, (_, average) => emaName(name, average));
}

/** The decay of a moving average is fed under this name: `emaDecay`, `emaDecay1`, … */
export function emaDecayName(average: number): string {
  return average === 0 ? 'emaDecay' : `emaDecay${average}`;
}

/** Both networks with their parameters as inputs, images that the generator makes of the input `z`, and real ones. */
function networksOf({ architecture, resolution, minibatch, fading }: StepOptions) {
  const model = ganModel(architecture);
  const alpha = fading ? ops.input('alpha', []) : undefined;
  const fed = ops.input('reals', [minibatch, 3, resolution, resolution]);
  const ofGenerator = parameterInputs(model.generatorSpec(resolution), stateNames.generator);
  const ofDiscriminator = parameterInputs(model.discriminatorSpec(resolution), stateNames.discriminator);
  const z = ops.input('z', [minibatch, architecture.latentSize]);
  /** The batch's, by the path of the layer. */
  const statistics = new Map<string, BatchStatistics>();
  const observe = (path: string, observed: BatchStatistics) => statistics.set(path, observed);
  const fakes = model.generate(ofGenerator, model.map(ofGenerator, z), { resolution, alpha, observe });
  return {
    statistics,
    generatorParameters: flattenTree<Tensor>(ofGenerator, stateNames.generator),
    discriminatorParameters: flattenTree<Tensor>(ofDiscriminator, stateNames.discriminator),
    // Real images fade in as generated ones do, or the discriminator would tell them apart by their detail alone.
    reals: alpha === undefined ? fed : crossFade(ops.upsample2(ops.averagePool2(fed)), fed, alpha),
    fakes,
    critic: (images: Tensor) => model.criticise(ofDiscriminator, images, alpha),
  };
}

type Networks = ReturnType<typeof networksOf>;

/** A network's loss and its gradient by every parameter of that network. */
export interface TrainingTerms extends LossTerms {
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** In the parameters' order. */
  readonly gradients: readonly Tensor[];
}

export interface GeneratorTerms extends TrainingTerms {
  readonly images: Tensor;
  readonly statistics: ReadonlyMap<string, BatchStatistics>;
}

/** As {@link discriminatorStep}, without the optimiser. @param networks that other terms are made of too. */
export function discriminatorTerms(
  options: StepOptions,
  penalise: boolean,
  networks: Networks = networksOf(options),
): TrainingTerms {
  const { reals, fakes, critic, discriminatorParameters } = networks;
  const terms = discriminatorLoss(options.loss, scored(critic, reals, fakes), penalise);
  const all = gradients(terms.loss, [...discriminatorParameters.values()]);
  return { ...terms, parameters: discriminatorParameters, gradients: all };
}

/** As {@link generatorStep}, without the optimiser. @param networks that other terms are made of too. */
export function generatorTerms(options: StepOptions, networks: Networks = networksOf(options)): GeneratorTerms {
  const { reals, fakes, critic, generatorParameters, statistics } = networks;
  const loss = generatorLoss(options.loss, scored(critic, reals, fakes));
  const all = gradients(loss, [...generatorParameters.values()]);
  return { loss, metrics: {}, parameters: generatorParameters, gradients: all, images: fakes, statistics };
}

/**
 * Both networks' terms with one pass back through the discriminator. Without a penalty, the gradient by each generated
 * image that the discriminator's loss leaves there serves the generator, times a factor an image (`fakeRatio`). With
 * one, the score's own gradient, which the penalty is of, does. Right only where no image's score depends on another
 * image. @returns undefined where the penalty has no such gradient.
 */
function sharedTerms(options: StepOptions, penalise: boolean, networks: Networks): Terms | undefined {
  const { reals, fakes, critic, generatorParameters, discriminatorParameters, statistics } = networks;
  const images = scored(critic, reals, fakes);
  const { fakeSlopes, ...terms } = discriminatorLoss(options.loss, images, penalise);
  if (penalise && fakeSlopes === undefined) return undefined;
  const loss = generatorLoss(options.loss, images);
  const parameters = [...discriminatorParameters.values()];
  const all = gradients(terms.loss, fakeSlopes === undefined ? [...parameters, fakes] : parameters);
  const factor =
    fakeSlopes === undefined
      ? adversarialLoss(options.loss).fakeRatio(images)
      : gradients(loss, [images.fakeScores])[0]!;
  const ofImages = ops.mul(fakeSlopes ?? all.at(-1)!, ops.reshape(factor, [options.minibatch, 1, 1, 1]));
  return {
    critic: { ...terms, parameters: discriminatorParameters, gradients: all.slice(0, parameters.length) },
    maker: {
      loss,
      metrics: {},
      parameters: generatorParameters,
      gradients: gradients(fakes, [...generatorParameters.values()], ofImages),
      images: fakes,
      statistics,
    },
  };
}

interface Terms {
  readonly critic: TrainingTerms;
  readonly maker: GeneratorTerms;
}

/**
 * The terms of both networks on the same latents and images, each against the other as it was. Their graphs share the
 * generated images and the discriminator's view of them, which saves a quarter of the time (docs/log.md); where each
 * image counts alone, the pass back through the discriminator too.
 */
export function simultaneousTerms(options: StepOptions, penalise: boolean): Terms {
  const alone = ganModel(options.architecture).imagesTogether === 1;
  const networks = networksOf(options);
  const shared = alone && options.loss.kind !== 'wgan-gp' ? sharedTerms(options, penalise, networks) : undefined;
  const apart = () => ({
    critic: discriminatorTerms(options, penalise, networks),
    maker: generatorTerms(options, networks),
  });
  return shared ?? apart();
}

/** The next state of the discriminator. Fed: `learningRate`. */
function discriminatorUpdates({ parameters, gradients: all }: TrainingTerms, { adam }: StepOptions) {
  return adamUpdates(parameters, all, ops.input('learningRate', []), stateNames.discriminatorAdam, adam);
}

/** How much of batch norm's running statistics stays at each step of the generator. */
const statisticsKept = 0.9;

/** The next state of the generator. Fed: `learningRate` and, for each moving average, its decay. */
function generatorUpdates(
  { parameters, gradients: all, statistics }: Omit<GeneratorTerms, 'images' | keyof LossTerms>,
  { adam, averages = 1 }: StepOptions,
): Record<string, Tensor> {
  const updates = adamUpdates(parameters, all, ops.input('learningRate', []), stateNames.generatorAdam, adam);
  for (const [path, observed] of statistics) {
    for (const [name, value] of Object.entries(observed) as [string, Tensor][]) {
      const state = `${stateNames.generator}/${path}/${name}`;
      const next = movingAverage(ops.input(state, value.shape), value, ops.scalar(statisticsKept));
      updates[state] = next;
    }
  }
  const averaged = Object.entries(updates).filter(([name]) => name.startsWith(`${stateNames.generator}/`));
  for (let average = 0; average < averages; average++) {
    const decay = ops.input(emaDecayName(average), []);
    for (const [name, next] of averaged) {
      const state = emaName(name, average);
      updates[state] = movingAverage(ops.input(state, next.shape), next, decay);
    }
  }
  return updates;
}

/**
 * Trains the discriminator once. Fed: `z` [N, d], `reals` [N, 3, R, R], `mixing` [N, 1, 1, 1] (WGAN-GP) or
 * `penaltyWeight` (with the penalty of another loss), `learningRate`, and `alpha` while fading.
 * @param penalise whether the step carries a logistic loss's penalty.
 */
export function discriminatorStep(options: StepOptions, penalise: boolean): ProgramDefinition {
  const terms = discriminatorTerms(options, penalise);
  return {
    outputs: { discriminatorLoss: terms.loss, ...terms.metrics },
    updates: discriminatorUpdates(terms, options),
  };
}

/**
 * Trains the generator once. Fed: `z` [N, d], `reals` [N, 3, R, R] (relativistic only), `learningRate`, `emaDecay`
 * (`emaDecay1`, …), and `alpha` while fading.
 */
export function generatorStep(options: StepOptions): ProgramDefinition {
  const terms = generatorTerms(options);
  return { outputs: { generatorLoss: terms.loss }, updates: generatorUpdates(terms, options) };
}

/** Trains both networks once; see {@link simultaneousTerms}. Fed as both steps are. */
export function simultaneousStep(options: StepOptions, penalise: boolean): ProgramDefinition {
  const { critic, maker } = simultaneousTerms(options, penalise);
  return {
    outputs: { discriminatorLoss: critic.loss, ...critic.metrics, generatorLoss: maker.loss },
    updates: { ...discriminatorUpdates(critic, options), ...generatorUpdates(maker, options) },
  };
}

/** Under what a share of a minibatch returns its gradients. */
export const gradientOutput = 'gradient';

/** The parameters of both networks, in the order in which `gradient` holds their gradients one after the other. */
export function trainedSpecs(options: Pick<StepOptions, 'architecture' | 'resolution' | 'adam'>) {
  const { generator, discriminator } = ganStateSpecs(options.architecture, options.resolution, options.adam);
  return new Map([...discriminator, ...generator]);
}

/**
 * A simultaneous step's gradients without the update: the part of it that one thread does on its share.
 * @param options with the share's number of images. @returns a program whose output `gradient` is flat.
 */
export function shareStep(options: StepOptions, penalise: boolean): ProgramDefinition {
  const { critic, maker } = simultaneousTerms(options, penalise);
  const flat = [...critic.gradients, ...maker.gradients].map(each => ops.reshape(each, [sizeOf(each.shape)]));
  return {
    outputs: {
      discriminatorLoss: critic.loss,
      ...critic.metrics,
      generatorLoss: maker.loss,
      [gradientOutput]: ops.concat(flat, 0),
    },
  };
}

/** Images made by a moving average. Fed: `z` [N, d], and `alpha` while fading. */
export function samplingProgram(
  options: Omit<StepOptions, 'loss' | 'adam' | 'averages'>,
  average = 0,
): ProgramDefinition {
  const { architecture, resolution, minibatch, fading } = options;
  const model = ganModel(architecture);
  const alpha = fading ? ops.input('alpha', []) : undefined;
  const parameters = parameterInputs(model.keptSpec(resolution), emaPrefix(average));
  const z = ops.input('z', [minibatch, architecture.latentSize]);
  return { outputs: { images: model.generate(parameters, model.map(parameters, z), { resolution, alpha }) } };
}
