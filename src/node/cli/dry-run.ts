// Says what a command would do, for `--dry-run`: reads the disk, writes nothing.
import { stat } from 'node:fs/promises';
import { UserError } from '../../core/errors.ts';
import { exists } from '../files/places.ts';
import { isSetAside } from '../runs/run-folder.ts';
import { contentAt, placeOf } from '../runs/run-place.ts';
import { checkDestination, destinationOf } from '../stages/framework/destination.ts';
import type { Stage, Step } from '../stages/framework/stage.ts';
import { printValues } from './print-values.ts';

export interface PlannedStep {
  readonly stage: string;
  /** Every option, resolved. */
  readonly options: Readonly<Record<string, unknown>>;
  /** `write runs/gan`, or what would happen to what is there. */
  readonly would: string;
}

/** @returns what the stage would do; for a stage that runs others, what each of them would. */
export async function planOf(stage: Stage, config: Readonly<Record<string, unknown>>): Promise<PlannedStep[]> {
  const steps: readonly Step[] = (await stage.steps?.(config)) ?? [{ stage, config }];
  return Promise.all(
    steps.map(async step => ({
      stage: step.stage.name,
      options: step.config,
      would: await effect(step),
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

async function effect({ stage, config, keptIfNewer }: Step): Promise<string> {
  const { out, resume } = config;
  if (typeof out !== 'string') return 'write nothing';
  if (destinationOf(stage.options, config) === undefined) return `write into ${out}`;
  try {
    await checkDestination(stage.options, config);
  } catch (error) {
    if (error instanceof UserError) return `refuse: ${error.message}`;
    throw error;
  }
  const place = await placeOf(out);
  const isEmptyFolder = async () => (await stat(out)).isDirectory() && (await contentAt(place)).length === 0;
  if ((await exists(out)) && !(await isEmptyFolder())) {
    if (keptIfNewer) return `keep ${out} if it is newer than everything it is made from`;
    return resume === true ? `keep ${out} if its options and inputs are the same` : `replace ${out}`;
  }
  const { partial, earlier } = place;
  if (!(await exists(partial))) return `write ${out}`;
  if (resume === true) return `continue ${partial} and make ${out} of it`;
  const isKept = await isSetAside(place);
  return `${isKept ? `rename ${partial} to ${earlier}` : `drop ${partial}`} and write ${out}`;
}
