// Says what a command would do, for `--dry-run`: reads the disk, writes nothing.
import { resolve } from 'node:path';
import { exists } from '../runs/manifest.ts';
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
  const steps: readonly Step[] = stage.steps?.(config) ?? [{ stage, config }];
  return Promise.all(
    steps.map(async step => ({
      stage: step.stage.name,
      options: step.config,
      would: await effect(step.config),
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

async function effect({ out, resume, force }: Readonly<Record<string, unknown>>): Promise<string> {
  if (typeof out !== 'string') return 'write nothing';
  if (await exists(out)) {
    if (resume === true) return `keep ${out} if its options and inputs are the same`;
    return force === true ? `replace ${out}` : `refuse, because ${out} exists`;
  }
  if (!(await exists(`${resolve(out)}.partial`))) return `write ${out}`;
  return resume === true ? `continue ${out}.partial and make ${out} of it` : `drop ${out}.partial and write ${out}`;
}
