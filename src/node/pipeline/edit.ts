// Stage `edit`: shows faces moved along attributes while others are locked, as one strip of images a face.
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { parseMoveRange } from '../../core/latent/strip.ts';
import { openBundle } from '../io/bundle.ts';
import { writeWhole } from '../io/files.ts';
import { exists } from '../io/manifest.ts';
import { deviceOptions, pathOption } from './options.ts';
import { defineStage } from './stage.ts';
import { drawStrips } from './strips.ts';

const options = z.strictObject({
  bundle: pathOption().describe('folder of a model bundle, such as models/starter'),
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
  out: pathOption().describe('PNG file to write; each face’s last frame is in it as a recipe'),
  force: z.boolean().default(false).describe('replace an existing file at --out'),
  ...deviceOptions,
});

/** Below this, an edit has so little of its direction left that it hardly shows. */
const smallResidual = 0.3;

export const edit = defineStage({
  name: 'edit',
  description: 'Edit generated faces: move attributes, lock others, and write a strip of the steps.',
  examples: [
    '--bundle models/starter --seed 7 --move Young=-2 --lock Male --lock Eyeglasses --out strip.png',
    '--bundle models/starter --seed 0,1,2 --move Smiling=-3..3 --lock Male,Young --out strips.png',
    '--bundle models/starter --seed 7 --move Male=@1.5 --steps 1 --scale 8 --out face.png',
  ],
  options,
  async run(config, { log, signal }) {
    if (!config.force && (await exists(config.out))) {
      throw new UserError(`${config.out} exists; give --force to replace it or choose another --out`);
    }
    const { seed: seeds, lock: locks, geometry, steps, scale } = config;
    const moves = config.move.map(parseMoveRange);
    const editor = await openBundle(config.bundle, config);
    const { png, residuals } = await drawStrips(editor, { seeds, moves, locks, geometry, steps, scale });
    await editor.release();
    signal.throwIfAborted();
    await writeWhole(config.out, png);
    for (const [attribute, residual] of Object.entries(residuals)) {
      if (residual >= smallResidual) continue;
      log.warn(
        `the locks leave ${(100 * residual).toFixed(0)} % of the direction of ${attribute}: it will hardly show`,
      );
    }
    return { out: config.out, faces: seeds.length, frames: steps, residuals };
  },
});
