// What the classifier says of the picture of a latent, and where in latent space it would say more: the gradient runs
// back through classifier and generator.
import { gradients } from '../graph/gradient.ts';
import * as ops from '../graph/ops.ts';
import { classifier, classifierSpec } from '../models/classifier.ts';
import type { Slopes } from '../models/field.ts';
import { ganModel } from '../models/gan-kinds.ts';
import { constants } from '../models/weights.ts';
import type { Device } from '../runtime/device.ts';
import { Program } from '../runtime/program.ts';
import type { BundleNetworks } from './networks.ts';

export class PictureScores {
  readonly #program: Program;
  readonly #count: number;
  readonly #latentSize: number;
  readonly #attributes: number;

  private constructor(program: Program, count: number, latentSize: number, attributes: number) {
    this.#program = program;
    this.#count = count;
    this.#latentSize = latentSize;
    this.#attributes = attributes;
  }

  /** @param count how many attributes are asked for at a time: all their gradients come from one pass back. */
  static async compile(device: Device, { generator, classifier: labeller }: BundleNetworks, count: number) {
    const model = ganModel(generator.architecture);
    const { latentSize } = generator.architecture;
    const row = ops.input('latents', [count, latentSize]);
    const rows =
      model.layers === 1
        ? row
        : ops.expand(ops.reshape(row, [count, 1, latentSize]), [count, model.layers, latentSize]);
    const images = model.generate(constants(model.finishedSpec(), generator.weights), rows);
    const parameters = constants(classifierSpec(labeller.architecture), labeller.weights);
    const logits = classifier(labeller.architecture, parameters, images);
    const attributes = logits.shape[1]!;
    // Row k of the batch shows the same face and is asked for the k-th attribute alone.
    const chosen = ops.sum(ops.mul(logits, ops.input('chosen', [count, attributes])), [1]);
    const [slopes] = gradients(ops.sum(chosen, [0]), [row]);
    const program = await Program.compile(device, { outputs: { values: chosen, slopes: slopes! } });
    return new PictureScores(program, count, latentSize, attributes);
  }

  /** @param latent [d]. @param columns of the classifier, `count` of them. */
  async slopes(latent: Float64Array, columns: readonly number[]): Promise<Slopes> {
    const latents = new Float32Array(this.#count * this.#latentSize);
    const chosen = new Float32Array(this.#count * this.#attributes);
    for (const [row, column] of columns.entries()) {
      latents.set(latent, row * this.#latentSize);
      chosen[row * this.#attributes + column] = 1;
    }
    const { values, slopes } = await this.#program.run({ latents, chosen });
    return {
      values: Float64Array.from(values!),
      slopes: columns.map((_, row) => {
        return Float64Array.from(slopes!.subarray(row * this.#latentSize, (row + 1) * this.#latentSize));
      }),
    };
  }

  async release(): Promise<void> {
    await this.#program.release();
  }
}
