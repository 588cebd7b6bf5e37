// Says what a command would do, for `--dry-run`: reads the disk, writes nothing.
import { stat } from 'node:fs/promises';
import { UserError } from '../../core/errors.ts';
import { explainingDiskErrors } from '../files/disk-errors.ts';
import { exists, isIn } from '../files/places.ts';
import { silentLog } from '../log/log.ts';
import { isSetAside, rehearse } from '../runs/run-folder.ts';
import { contentAt, placeOf } from '../runs/run-place.ts';
import { checkDestination, destinationOf } from '../stages/framework/destination.ts';
import { optionsOf, pathValues } from '../stages/framework/option-schema.ts';
import type { Stage, StageContext, Step } from '../stages/framework/stage.ts';
import { printValues } from './print-values.ts';

export interface PlannedStep {
  readonly stage: string;
  /** Every option, resolved. */
  readonly options: Readonly<Record<string, unknown>>;
  /** `write runs/gan`, or what would happen to what is there; `refuse: ` and the reason. */
  readonly would: string;
  readonly refused: boolean;
}

/** @returns what the stage would do; for a stage that runs others, what each of them would. */
export async function planOf(
  stage: Stage,
  config: Readonly<Record<string, unknown>>,
  context: StageContext,
): Promise<PlannedStep[]> {
  const heard = { ...context, log: { ...silentLog, warn: context.log.warn } }; // progress would be of work that is not done
  const steps: readonly Step[] = (await stage.steps?.(config)) ?? [{ stage, config }];
  return Promise.all(
    steps.map(async (step, i) => ({
      stage: step.stage.name,
      options: step.config,
      ...(await outcome(
        step,
        steps.slice(0, i).map(({ config }) => String(config.out)),
        heard,
      )),
    })),
  );
}

/** One paragraph a step. */
export function printPlan(plan: readonly PlannedStep[]): string {
  return plan
    .map(({ stage, options, would }) => `${stage}\n${indented(printValues(options))}\n  → would ${would}`)
    .join('\n\n');
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

/** @param made where the steps before it write. */
async function outcome(
  step: Step,
  made: readonly string[],
  context: StageContext,
): Promise<Pick<PlannedStep, 'would' | 'refused'>> {
  const { stage, config } = step;
  try {
    await checkDestination(stage.options, config);
    const areThere = await checkInputs(step, made);
    // Whatever an option makes of its place, a stage with one ends a rehearsal before it writes.
    const isRehearsed = areThere && destinationOf(stage.options, {}) !== undefined;
    const { isOutdated } = isRehearsed ? await rehearse(() => stage.run(config, context)) : {};
    return { would: await effect(step, isOutdated), refused: false };
  } catch (error) {
    if (error instanceof UserError) return { would: `refuse: ${error.message}`, refused: true };
    throw error;
  }
}

/** @param isOutdated see `Rehearsal`; undefined where that cannot be told yet. */
async function effect({ stage, config, keptIfNewer }: Step, isOutdated: boolean | undefined): Promise<string> {
  const { out, resume } = config;
  if (typeof out !== 'string') return 'write nothing';
  if (destinationOf(stage.options, config) === undefined) return `write into ${out}`;
  const place = await placeOf(out);
  const isEmptyFolder = async () => (await stat(out)).isDirectory() && (await contentAt(place)).length === 0;
  if ((await exists(out)) && !(await isEmptyFolder())) {
    if (keptIfNewer) return `keep ${out} if it is newer than everything it is made from`;
    if (resume !== true) return `replace ${out}`;
    if (isOutdated) return `make ${out} again, as something that it is made from has changed`;
    return isOutdated === false ? `keep ${out}` : `keep ${out} if its options and inputs are the same`;
  }
  const { partial, earlier } = place;
  if (!(await exists(partial))) return `write ${out}`;
  if (resume === true && !isOutdated) return `continue ${partial} and make ${out} of it`;
  const isKept = await isSetAside(place);
  const why = isOutdated ? ', as something that it is made from has changed' : '';
  return `${isKept ? `rename ${partial} to ${earlier}` : `drop ${partial}`} and write ${out}${why}`;
}

/** Paths that a command writes to; it reads all others. */
const written: ReadonlySet<string> = new Set(['out', 'export']);

/**
 * @returns whether all that is read is there; what a step before makes is not yet.
 * @throws UserError for a path that is read and not there, unless a step before makes it or something in it.
 */
async function checkInputs({ stage, config }: Step, made: readonly string[]): Promise<boolean> {
  let areThere = true;
  for (const { key, values, items } of optionsOf(stage)) {
    if ((values ?? items?.values) !== pathValues || written.has(key)) continue;
    if (key === 'startFrom' && config.resume === true) continue; // an unfinished training has left it behind
    for (const path of [config[key] ?? []].flat().map(String)) {
      const isMade = await Promise.all(made.map(out => isIn(out, path)));
      if (isMade.includes(true)) areThere = false;
      else await explainingDiskErrors('read', path, () => stat(path));
    }
  }
  return areThere;
}
