// One step of the encoder's training as a graph: latents of generated faces, which are known, and photos by their likeness.
import * as ops from '../../graph/ops.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { flattenTree, parameterInputs } from '../../graph/tree.ts';
import { type ClassifierArchitecture, classifierFeatures } from '../../models/classifier.ts';
import { type EncoderArchitecture, encoder, encoderSpec } from '../../models/encoder.ts';
import type { GanArchitecture } from '../../models/gan-architecture.ts';
import { ganModel } from '../../models/gan-kinds.ts';
import { type LikenessWeights, likeness, onlookerOf, unlikeness } from '../../models/likeness.ts';
import { constants, type Network } from '../../models/weights.ts';
import type { ProgramDefinition } from '../../runtime/program.ts';
import { averagedUpdates } from '../averaged-adam.ts';

/** The trained networks that an encoder belongs to: they are differentiated and never changed. */
export interface EncoderTeachers {
  readonly generator: Network<GanArchitecture>;
  /** The labelling classifier, whose features tell how alike faces are. */
  readonly classifier: Network<ClassifierArchitecture>;
}

export interface EncoderLossWeights extends LikenessWeights {
  /** Weighs the mean squared error of generated faces' latents. */
  readonly latents: number;
  /** Weighs the mean square of photos' latents, whose own distribution has the mean face at 0. */
  readonly prior: number;
  /** Weighs the mean square of layers' offsets: edits work best where rows are alike (Tov et al. 2021). */
  readonly offsets: number;
}

export const averagedAdam = {
  names: { parameters: 'encoder', average: 'encoderEma', adam: 'encoderAdam' },
  beta1: 0.9,
  beta2: 0.99,
} as const;

/**
 * One step. Fed: `photos` [n, 3, R, R], `z` [n, d] and `variation` [n, layers, d] of as many generated faces, `psi` [n, 1],
 * `learningRate`, `emaDecay`. Outputs are means over the faces.
 */
export function encoderStep(
  architecture: EncoderArchitecture,
  { generator, classifier }: EncoderTeachers,
  weights: EncoderLossWeights,
  minibatch: number,
): ProgramDefinition {
  const model = ganModel(generator.architecture);
  const { layers, latentSize, resolution } = architecture;
  const makers = constants(model.finishedSpec(), generator.weights);
  const onlooker = onlookerOf(classifier);
  const tree = parameterInputs(encoderSpec(architecture), averagedAdam.names.parameters);
  const wholeLatent = [minibatch, layers, latentSize];

  const photos = ops.input('photos', [minibatch, 3, resolution, resolution]);
  const drawn = ops.mul(model.map(makers, ops.input('z', [minibatch, latentSize])), ops.input('psi', [minibatch, 1]));
  const known = ops.add(ops.reshape(drawn, [minibatch, 1, latentSize]), ops.input('variation', wholeLatent));
  const generated = ops.clip(model.generate(makers, known), -1, 1);
  const { latents, offsets } = encoder(architecture, tree, ops.concat([generated, photos], 0));
  const half = (x: Tensor, at: number) => ops.slice(x, [at * minibatch, 0, 0], wholeLatent);

  const latentError = ops.mean(ops.square(ops.sub(half(latents, 0), known)));
  const found = half(latents, 1);
  const features = classifierFeatures(onlooker.architecture, onlooker.parameters, photos);
  const alike = likeness(onlooker, model.generate(makers, found), { images: photos, features });
  const prior = ops.mean(ops.square(found));
  const spread = ops.mean(ops.square(half(offsets, 1)));
  const loss = [
    ops.mul(latentError, weights.latents),
    ops.mul(prior, weights.prior),
    ops.mul(spread, weights.offsets),
  ].reduce(ops.add, unlikeness(alike, weights));

  const updates = averagedUpdates(averagedAdam, flattenTree<Tensor>(tree, averagedAdam.names.parameters), loss);
  return { outputs: { loss, latentError, prior, spread, ...alike }, updates };
}
