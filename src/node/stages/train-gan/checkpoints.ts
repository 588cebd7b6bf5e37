// The checkpoints of a GAN's training: whole files, the latest few, each enough to go on from bit for bit.
import { readdir, rm } from 'node:fs/promises';
import { z } from 'zod';
import { UserError } from '../../../core/errors.ts';
import type { ParameterSpec } from '../../../core/graph/tree.ts';
import { createRandom } from '../../../core/math/random.ts';
import { streams } from '../../../core/math/streams.ts';
import type { GanArchitecture } from '../../../core/models/gan-architecture.ts';
import { ganModel } from '../../../core/models/gan-kinds.ts';
import { scheduleAt } from '../../../core/training/gan/schedule.ts';
import { ganStateShapes, ganStateSpecs, isNetworkState } from '../../../core/training/gan/state.ts';
import type { GanCheckpoint, GanTrainer, GanTrainingConfig } from '../../../core/training/gan/trainer.ts';
import { isWider, widened } from '../../../core/training/gan/widening.ts';
import type { Tensors } from '../../../core/training/training-state.ts';
import {
  type GanDetails,
  ganDetailsSchema,
  readTensors,
  trainingStateSchema,
  writeTensors,
} from '../../artefacts/networks.ts';
import type { Log } from '../../log/log.ts';
import type { Run } from '../../runs/run-folder.ts';
import type { Measured } from '../framework/moving-mean.ts';

const schema = trainingStateSchema.extend({
  imagesShown: z.int(),
  resolution: z.int(),
  fall: z.object({ startKimg: z.number(), endKimg: z.number(), rate: z.number().optional() }).optional(),
  learningRate: z.number().optional(),
  /** The networks and the images that they see; checkpoints of before do not say. */
  networks: ganDetailsSchema.optional(),
});

/** Facts that may differ between a checkpoint and what goes on from it: shapes tell whether they can, and groups always may. */
const changeable = ['resolution', 'fmapBase', 'fmapDecay', 'fmapMax', 'statisticGroup'];

/** @throws UserError naming the first fact that differs: other networks of the same shapes would go on and break. */
function checkNetworks(path: string, saved: GanDetails | undefined, now: GanDetails): void {
  const here: Readonly<Record<string, unknown>> = { ...now };
  for (const [name, is] of Object.entries(saved ?? {})) {
    if (changeable.includes(name) || is === here[name]) continue;
    throw new UserError(
      `--start-from ${path} holds other networks: ${name} is ${is} in it, ${here[name]} here; give the options it was trained with`,
    );
  }
}

export interface SavedCheckpoint extends GanCheckpoint {
  readonly networks?: GanDetails | undefined;
  /** The smoothed figures at that time. */
  readonly recent: Measured;
  /** Whether its networks were given more channels than they had. */
  readonly isWidened?: boolean;
}

/** In the order they were written. */
async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter(name => /^checkpoint-\d+\.safetensors$/.test(name)).sort();
}

export async function hasCheckpoint(folder: string): Promise<boolean> {
  return (await namesIn(folder)).length > 0;
}

async function read(path: string): Promise<SavedCheckpoint> {
  const { tensors, details } = await readTensors(path, schema);
  return { tensors, progress: details, recent: details.recent, networks: details.networks };
}

/** The latest checkpoint of a run that can be read, where there is one. @throws UserError where none of several can. */
export async function latestCheckpoint(run: Run, log: Log): Promise<SavedCheckpoint | undefined> {
  // A kill may leave a half-written file, and no later write has its name again.
  const halfWritten = (await readdir(run.folder)).filter(name => /^checkpoint-.*\.tmp$/.test(name));
  for (const name of halfWritten) await rm(run.file(name));
  const names = await namesIn(run.folder);
  for (let latest = names.pop(); latest !== undefined; latest = names.pop()) {
    try {
      return await read(run.file(latest));
    } catch (error) {
      const before = names.at(-1);
      if (!(error instanceof UserError) || before === undefined) throw error;
      log.warn(`${error.message}; going on from ${before}`);
    }
  }
  return undefined;
}

/**
 * Saves the state and drops all but the latest `keep` checkpoints.
 * @throws DivergenceError naming step and tensor when something in it is no longer a number: earlier checkpoints stay.
 */
export async function saveCheckpoint(
  trainer: GanTrainer,
  recent: Measured,
  networks: GanDetails,
  run: Run,
  keep: number,
): Promise<void> {
  const { tensors, progress } = trainer.checkpoint();
  const name = `checkpoint-${String(progress.imagesShown).padStart(10, '0')}.safetensors`;
  await writeTensors(run.file(name), tensors, { ...progress, recent, networks });
  for (const old of (await namesIn(run.folder)).slice(0, -keep)) await rm(run.file(old));
}

/** @throws UserError where a checkpoint has seen all images of a plan that no fall of the rate prolongs. */
export function checkLeft(
  path: string,
  { progress: { imagesShown } }: GanCheckpoint,
  { plan }: Pick<GanTrainingConfig, 'plan'>,
): void {
  if (imagesShown < plan.totalKimg * 1000) return;
  throw new UserError(
    `--kimg must be more than the ${imagesShown / 1000} that ${path} has seen; got ${plan.totalKimg}. Give more, or --fall-kimg`,
  );
}

/**
 * A checkpoint of another run to go on from: its tensors and how far it was; random numbers begin by the new run's seed. It
 * may lack moving averages and moments of the optimisers, or hold networks with fewer channels, which are widened: what is
 * missing begins anew, as when the networks grow.
 * @throws UserError when it is not one of the same networks, or of narrower ones that can be widened.
 */
export async function foreignCheckpoint(
  path: string,
  config: GanTrainingConfig,
  facts: GanDetails,
): Promise<SavedCheckpoint> {
  const { tensors, progress, recent, networks: saved } = await read(path);
  checkNetworks(path, saved, facts);
  const { architecture, adam, plan, averageHalfLives = [] } = config;
  const shown = progress.imagesShown;
  const due = scheduleAt(shown, plan).resolution;
  if (progress.resolution > architecture.resolution) {
    throw new UserError(
      `${path} has grown to ${progress.resolution}×${progress.resolution}; --resolution must be at least that, got ` +
        `${architecture.resolution}. Give more, or a smaller checkpoint`,
    );
  }
  if (progress.resolution > due) {
    throw new UserError(
      `${path} has grown to ${progress.resolution}×${progress.resolution}, where these options are at ${due}×${due} ` +
        'after as many images; shorten --fade-kimg and --stabilise-kimg (or --grow-kimg), or give --no-growing',
    );
  }
  const { imagesShown, steps, resolution } = progress;
  const start = { imagesShown, steps, resolution };
  const { generator, discriminator } = ganStateSpecs(architecture, resolution, adam);
  const networks = new Map([...generator, ...discriminator]);
  if (isNarrower(tensors, networks, architecture)) {
    const random = createRandom(config.seed, streams.trainGan.widening);
    return { tensors: widened(tensors, networks, random), progress: start, recent, isWidened: true };
  }
  const all = ganStateShapes(architecture, resolution, adam, Math.max(1, averageHalfLives.length));
  const expected = new Map([...all].filter(([name]) => isNetworkState(name) || tensors[name] !== undefined));
  for (const [name, shape] of expected) {
    const found = tensors[name]?.shape;
    if (String(found) !== String(shape)) {
      const is = found === undefined ? 'is not in it' : `is [${found}] in it, [${shape}] here`;
      throw new UserError(
        `--start-from ${path} holds other networks: ${name} ${is}; give the options it was trained with`,
      );
    }
  }
  const known = Object.fromEntries([...expected.keys()].map(name => [name, tensors[name]!]));
  return { tensors: known, progress: start, recent };
}

/** Whether these are the same networks with fewer channels, which can be widened. */
function isNarrower(
  tensors: Tensors,
  networks: ReadonlyMap<string, ParameterSpec>,
  architecture: GanArchitecture,
): boolean {
  const shapes = [...networks].map(([name, { shape }]) => [shape, tensors[name]?.shape ?? []] as const);
  return (
    ganModel(architecture).widens(path => tensors[`generator/${path}`]?.shape) &&
    shapes.some(([wide, narrow]) => String(wide) !== String(narrow)) &&
    shapes.every(([wide, narrow]) => isWider(wide, narrow))
  );
}
