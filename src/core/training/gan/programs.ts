// The programs that train a GAN while resolution, minibatch and fade stay: on the device, or on threads that share each
// minibatch.
import type { Device } from '../../runtime/device.ts';
import { type Feeds, Program, type ProgramDefinition, trainingProgramBytes } from '../../runtime/program.ts';
import type { StateStore } from '../../runtime/state.ts';
import { flatten, meansOf, partOf, type Shares } from './shares.ts';
import { emaDecayName, stateNames } from './state.ts';
import {
  discriminatorStep,
  generatorStep,
  type StepOptions,
  shareStep,
  simultaneousStep,
  trainedSpecs,
} from './step.ts';

/** Scalars of a step by name: losses, scores and penalties. */
export type Figures = Readonly<Record<string, Float32Array>>;

export interface GanPrograms {
  /** Trains the discriminator; where `generator` is undefined, both networks. */
  discriminator(feeds: Feeds, penalise: boolean): Promise<Figures>;
  readonly generator: ((feeds: Feeds) => Promise<Figures>) | undefined;
  /** Brings the tensors up to date, where steps change copies of them. */
  settle(): void;
  release(): Promise<void>;
}

/** The device computes whole minibatches. @param together whether both networks are trained in one step. */
export async function wholePrograms(
  device: Device,
  tensors: StateStore,
  options: StepOptions,
  together: boolean,
): Promise<GanPrograms> {
  const compile = (definition: ProgramDefinition) => Program.compile(device, definition);
  const step = together ? simultaneousStep : discriminatorStep;
  const penalised = await compile(step(options, true));
  const plain = options.loss.interval > 1 ? await compile(step(options, false)) : penalised;
  const generator = together ? undefined : await compile(generatorStep(options));
  return {
    discriminator: (feeds, penalise) => (penalise ? penalised : plain).run(feeds, tensors),
    generator: generator && (feeds => generator.run(feeds, tensors)),
    settle: () => {},
    release: async () => {
      for (const program of new Set([penalised, plain, generator])) await program?.release();
    },
  };
}

/**
 * Threads compute the gradients of their shares of the minibatch and update their shares of the parameters, in memory
 * they share. Both networks are trained in one step.
 * @param check throws where a step's figures are no longer sound, before the update spreads what is no number.
 */
export async function sharedPrograms(
  device: Device,
  tensors: StateStore,
  options: StepOptions,
  shares: Shares,
  check: (figures: Figures) => void,
): Promise<GanPrograms> {
  const { count } = shares;
  const { adam, averageCount = 1 } = options;
  const ofShare = { ...options, minibatch: options.minibatch / count };
  const bytes = (penalise: boolean) => trainingProgramBytes(device, shareStep(ofShare, penalise));
  const penalised = bytes(true);
  const plain = options.loss.interval > 1 ? bytes(false) : penalised;
  const parameters = [...trainedSpecs(options)].map(([name, { shape }]) => [name, shape] as const);
  const flat = flatten(tensors, parameters, { beta1: adam.beta1, averageCount, shareCount: count });
  await shares.prepare({ plain, penalised, parameters, state: flat.state });
  /** Each optimiser's own count of its steps. */
  const counts = () =>
    [stateNames.generatorAdam, stateNames.discriminatorAdam].map(name => tensors.values(`${name}/step`));
  /** Whether the threads' memory holds a later state than `tensors`. */
  let ahead = false;
  const settle = () => {
    if (ahead) flat.each((name, values) => tensors.values(name).set(values));
    ahead = false;
  };
  return {
    discriminator: async (feeds, penalise) => {
      const parts = Array.from({ length: count }, (_, share) => partOf(feeds, share, count));
      const means = meansOf(await shares.run(penalise, parts));
      check(means);
      const step = counts()[0]![0]! + 1;
      const decays = Array.from({ length: averageCount }, (_, average) => feeds[emaDecayName(average)]![0]!);
      await shares.update({ ...adam, step, learningRate: feeds.learningRate![0]!, decays });
      for (const kept of counts()) kept[0] = step;
      ahead = true;
      return means;
    },
    generator: undefined,
    settle,
    release: async () => settle(),
  };
}
