// One training step as a graph: forward, backward, Adam and the generator's moving averages.
import { gradients } from '../../graph/gradient.ts';
import * as ops from '../../graph/ops.ts';
import { sizeOf, type Tensor } from '../../graph/tensor.ts';
import { flattenTree, parameterInputs } from '../../graph/tree.ts';
import type { GanArchitecture } from '../../models/gan-architecture.ts';
import { ganModel } from '../../models/gan-kinds.ts';
import { type AdamOptions, adamUpdates, movingAverage } from '../../nn/adam.ts';
import { crossFade } from '../../nn/layers.ts';
import type { BatchStatistics } from '../../nn/normalisation.ts';
import type { ProgramDefinition } from '../../runtime/program.ts';
import { type AdversarialLoss, discriminatorLoss, type LossTerms, scored } from '../losses/adversarial.ts';
import { emaDecayName, emaName, emaPrefix, ganStateSpecs, stateNames } from './state.ts';

export interface StepOptions {
  readonly architecture: GanArchitecture;
  readonly loss: AdversarialLoss;
  readonly adam: AdamOptions;
  /** The resolution the networks have grown to. */
  readonly resolution: number;
  readonly minibatch: number;
  /** Whether the newest block is fading in: the step then wants `alpha`. */
  readonly fading: boolean;
  /** Moving averages of the generator that are kept; 1 if left out. */
  readonly averageCount?: number;
}

/** Both networks with their parameters as inputs, images that the generator makes of the input `z`, and real ones. */
function networksOf({ architecture, resolution, minibatch, fading }: StepOptions) {
  const model = ganModel(architecture);
  const alpha = fading ? ops.input('alpha', []) : undefined;
  const generator = parameterInputs(model.generatorSpec(resolution), stateNames.generator);
  const discriminator = parameterInputs(model.discriminatorSpec(resolution), stateNames.discriminator);
  /** Batch norm's statistics of this minibatch, by the path of the layer. */
  const statistics = new Map<string, BatchStatistics>();
  const observe = (path: string, observed: BatchStatistics) => statistics.set(path, observed);
  const z = ops.input('z', [minibatch, architecture.latentSize]);
  const fakes = model.generate(generator, model.map(generator, z), { resolution, alpha, observe });
  const fed = ops.input('reals', [minibatch, 3, resolution, resolution]);
  // Real images fade in as generated ones do, or the discriminator would tell them apart by their detail alone.
  const reals = alpha === undefined ? fed : crossFade(ops.upsample2(ops.averagePool2(fed)), fed, alpha);
  return {
    statistics,
    generatorParameters: flattenTree<Tensor>(generator, stateNames.generator),
    discriminatorParameters: flattenTree<Tensor>(discriminator, stateNames.discriminator),
    fakes,
    images: scored(images => model.criticise(discriminator, images, alpha), reals, fakes),
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

/** {@link discriminatorStep} without the optimiser. @param networks given where other terms are made of them too. */
export function discriminatorTerms(
  options: StepOptions,
  penalise: boolean,
  networks: Networks = networksOf(options),
): TrainingTerms {
  const { images, discriminatorParameters: parameters } = networks;
  const terms = discriminatorLoss(options.loss, images, penalise);
  return { ...terms, parameters, gradients: gradients(terms.loss, [...parameters.values()]) };
}

/** {@link generatorStep} without the optimiser. @param networks given where other terms are made of them too. */
export function generatorTerms(options: StepOptions, networks: Networks = networksOf(options)): GeneratorTerms {
  const { fakes, images, generatorParameters: parameters, statistics } = networks;
  const loss = options.loss.generator(images);
  const all = gradients(loss, [...parameters.values()]);
  return { loss, metrics: {}, parameters, gradients: all, images: fakes, statistics };
}

interface BothTerms {
  readonly discriminator: TrainingTerms;
  readonly generator: GeneratorTerms;
}

/**
 * The terms of both networks on the same latents and images, each against the other as it was. Their graphs share the
 * generated images and the discriminator's view of them, which saves a quarter of the time (docs/log.md); where each
 * image counts alone, the pass back through the discriminator too.
 */
function simultaneousTerms(options: StepOptions, penalise: boolean): BothTerms {
  const networks = networksOf(options);
  const alone = ganModel(options.architecture).imagesTogether === 1;
  const shared = alone ? termsOfOnePass(options, penalise, networks) : undefined;
  return (
    shared ?? {
      discriminator: discriminatorTerms(options, penalise, networks),
      generator: generatorTerms(options, networks),
    }
  );
}

/**
 * Both networks' terms with one pass back through the discriminator, whose gradient by the generated images serves both:
 * - with a penalty, the gradient of the scores themselves (`fakeSlopes`), which the penalty is computed from anyway. By
 *   the chain rule the generator's is that times its loss's gradient by the scores;
 * - without one, the gradient of the discriminator's loss, times the ratio of the two losses' gradients by the scores.
 *
 * Right only where no image's score depends on another image. @returns undefined where the loss offers no such way.
 */
function termsOfOnePass(options: StepOptions, penalise: boolean, networks: Networks): BothTerms | undefined {
  const { fakes, images, generatorParameters, discriminatorParameters, statistics } = networks;
  const { fakeSlopes, ...terms } = discriminatorLoss(options.loss, images, penalise);
  const { fakeRatio } = options.loss;
  if (fakeSlopes === undefined && (penalise || fakeRatio === undefined)) return undefined;
  const loss = options.loss.generator(images);
  const parameters = [...discriminatorParameters.values()];
  const all = gradients(terms.loss, fakeSlopes === undefined ? [...parameters, fakes] : parameters);
  const factor = fakeSlopes === undefined ? fakeRatio!(images) : gradients(loss, [images.fakeScores])[0]!; // [N 1]
  const byImages = ops.mul(fakeSlopes ?? all.at(-1)!, ops.reshape(factor, [options.minibatch, 1, 1, 1]));
  return {
    discriminator: { ...terms, parameters: discriminatorParameters, gradients: all.slice(0, parameters.length) },
    generator: {
      loss,
      metrics: {},
      parameters: generatorParameters,
      gradients: gradients(fakes, [...generatorParameters.values()], byImages),
      images: fakes,
      statistics,
    },
  };
}

/** The next state of the discriminator. Fed: `learningRate`. */
function discriminatorUpdates({ parameters, gradients: all }: TrainingTerms, { adam }: StepOptions) {
  return adamUpdates(parameters, all, ops.input('learningRate', []), stateNames.discriminatorAdam, adam);
}

/** Share of batch norm's running statistics that stays at each step of the generator. */
const statisticsKept = 0.9;

/** The next state of the generator. Fed: `learningRate` and, for each moving average, its decay. */
function generatorUpdates(
  { parameters, gradients: all, statistics }: GeneratorTerms,
  { adam, averageCount = 1 }: StepOptions,
): Record<string, Tensor> {
  const updates = adamUpdates(parameters, all, ops.input('learningRate', []), stateNames.generatorAdam, adam);
  for (const [path, observed] of statistics) {
    for (const [name, value] of Object.entries(observed) as [string, Tensor][]) {
      const state = `${stateNames.generator}/${path}/${name}`;
      updates[state] = movingAverage(ops.input(state, value.shape), value, ops.scalar(statisticsKept));
    }
  }
  const averaged = Object.entries(updates).filter(([name]) => name.startsWith(`${stateNames.generator}/`));
  for (let average = 0; average < averageCount; average++) {
    const decay = ops.input(emaDecayName(average), []);
    for (const [name, next] of averaged) {
      const state = emaName(name, average);
      updates[state] = movingAverage(ops.input(state, next.shape), next, decay);
    }
  }
  return updates;
}

/**
 * Trains the discriminator once. Fed: `z` [N, d], `reals` [N, 3, R, R], what the penalty of the loss takes (`mixing`
 * [N, 1, 1, 1] or `penaltyWeight`), `learningRate`, and `alpha` while fading.
 * @param penalise whether the step carries the penalty; always true where the loss's interval is 1.
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
  const terms = simultaneousTerms(options, penalise);
  return {
    outputs: outputsOf(terms),
    updates: { ...discriminatorUpdates(terms.discriminator, options), ...generatorUpdates(terms.generator, options) },
  };
}

function outputsOf({ discriminator, generator }: BothTerms): Record<string, Tensor> {
  return { discriminatorLoss: discriminator.loss, ...discriminator.metrics, generatorLoss: generator.loss };
}

/** The state in which a share of a minibatch leaves its gradients. */
export const gradientState = 'gradient';

/** The parameters of both networks, in the order in which `gradient` holds their gradients one after the other. */
export function trainedSpecs(options: Pick<StepOptions, 'architecture' | 'resolution' | 'adam'>) {
  const { generator, discriminator } = ganStateSpecs(options.architecture, options.resolution, options.adam);
  return new Map([...discriminator, ...generator]);
}

/**
 * A simultaneous step's gradients without the update: the part of it that one thread does on its share.
 * @param options with the share's number of images. @returns a program that replaces the state `gradient`, which is flat:
 *   as an output it would be new memory of megabytes at each step, which keeps the garbage collector busy.
 */
export function shareStep(options: StepOptions, penalise: boolean): ProgramDefinition {
  const terms = simultaneousTerms(options, penalise);
  const all = [...terms.discriminator.gradients, ...terms.generator.gradients];
  const flat = all.map(each => ops.reshape(each, [sizeOf(each.shape)]));
  return { outputs: outputsOf(terms), updates: { [gradientState]: ops.concat(flat, 0) } };
}

/** Images made by a moving average. Fed: `z` [N, d], and `alpha` while fading. */
export function samplingProgram(
  options: Omit<StepOptions, 'loss' | 'adam' | 'averageCount'>,
  average = 0,
): ProgramDefinition {
  const { architecture, resolution, minibatch, fading } = options;
  const model = ganModel(architecture);
  const alpha = fading ? ops.input('alpha', []) : undefined;
  const parameters = parameterInputs(model.keptSpec(resolution), emaPrefix(average));
  const z = ops.input('z', [minibatch, architecture.latentSize]);
  return { outputs: { images: model.generate(parameters, model.map(parameters, z), { resolution, alpha }) } };
}
