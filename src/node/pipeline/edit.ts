// Stage `edit`: shows faces moved along attributes while others are locked, as one strip of images a face.
import { z } from 'zod';
import { attributeIndex } from '../../core/attributes.ts';
import { UserError } from '../../core/errors.ts';
import { sampleLatents } from '../../core/latent/sampling.ts';
import { editStrip, parseMoveRange } from '../../core/latent/strip.ts';
import { createRandom } from '../../core/math/random.ts';
import { generatorRunner } from '../../core/models/inference.ts';
import { readBoundaries } from '../io/boundaries.ts';
import { cpuDevice } from '../io/device.ts';
import { writeWhole } from '../io/files.ts';
import { exists } from '../io/manifest.ts';
import { ganArchitectureSchema, readTensors } from '../io/networks.ts';
import { openRun } from '../io/run-folder.ts';
import { encodeGrid } from '../report/image-grid.ts';
import { deviceOptions, pathOption } from './options.ts';
import { defineStage } from './stage.ts';

const options = z.strictObject({
  generator: pathOption().describe('run folder of train gan'),
  boundaries: pathOption().describe('run folder of fit'),
  seed: z.array(z.int().min(0)).min(1).default([0]).describe('face to edit, by its seed; repeat for one strip each'),
  move: z
    .array(z.string())
    .min(1)
    .describe('attribute=strength in σ, e.g. Young=-2; =@distance for a signed distance; =from..to for both ends'),
  lock: z.array(z.string()).default([]).describe('attribute that must not change; repeatable'),
  steps: z
    .int()
    .min(1)
    .max(99)
    .default(7)
    .describe('frames from the first end of the moves to the last; 1: only the last'),
  geometry: z
    .enum(['sphere', 'linear'])
    .default('sphere')
    .describe("sphere keeps the latent's length and every moved and locked distance; linear is plain addition"),
  scale: z.int().min(1).max(32).default(3).describe('enlargement of each frame'),
  out: pathOption().describe('PNG file to write'),
  force: z.boolean().default(false).describe('replace an existing file at --out'),
  ...deviceOptions,
});

/** Frames that one run of the generator makes. */
const batch = 7;

export const edit = defineStage({
  name: 'edit',
  description: 'Edit generated faces: move attributes, lock others, and write a strip of the steps.',
  options,
  async run(config, { signal }) {
    if (!config.force && (await exists(config.out))) {
      throw new UserError(`${config.out} exists; give --force to replace it or choose another --out`);
    }
    const moves = config.move.map(parseMoveRange);
    for (const lock of config.lock) attributeIndex(lock);
    const generatorRun = await openRun(config.generator, 'train gan');
    const generator = await readTensors(generatorRun.file('generator.safetensors'), ganArchitectureSchema);
    const { resolution, latentSize } = generator.details;
    const boundaries = await readBoundaries(await openRun(config.boundaries, 'fit'));
    const strips = config.seed.map(seed => {
      const latent = sampleLatents(createRandom(seed), 1, latentSize);
      return editStrip({ latent, boundaries, locks: config.lock, geometry: config.geometry }, moves, config.steps);
    });
    const frames = strips.flat();
    const runner = await generatorRunner(cpuDevice(config.threads), generator.details, generator.tensors, batch);
    const images = await runner.run(Float32Array.from(frames.flatMap(({ latent }) => [...latent])));
    await runner.release();
    signal.throwIfAborted();
    const grid = { resolution, columns: config.steps, scale: config.scale, kernel: 'cubic', gap: 2 } as const;
    await writeWhole(config.out, await encodeGrid(images, grid));
    const { steps } = frames.at(-1)!;
    const residuals = Object.fromEntries(steps.map(({ attribute, residual }) => [attribute, residual]));
    return { out: config.out, faces: strips.length, frames: config.steps, residuals };
  },
});
