// Stage `evaluate --bundle`: what a move changes beside its own attribute, with and without a lock, by the classifier's word.
import { join } from 'node:path';
import { z } from 'zod';
import { type AttributeName, attributeIndex, attributeNames } from '../../core/attributes.ts';
import { bundleFiles } from '../../core/bundle/bundle.ts';
import type { FaceEditor } from '../../core/bundle/face-editor.ts';
import { openBundle } from '../io/bundle.ts';
import { writeJson, writeWhole } from '../io/files.ts';
import { withRun } from '../io/run-folder.ts';
import { type Column, csvTable, textTable } from '../report/table.ts';
import type { CommonConfig } from './options.ts';
import type { StageContext, Summary } from './stage.ts';

/** The options that only this half of the stage has. */
export const editOptions = {
  attributes: z
    .array(z.string())
    .min(1)
    .default(['Young', 'Male', 'Smiling', 'Blond_Hair', 'Eyeglasses'])
    .describe('of --bundle: attributes to move; those without a boundary are told and left out'),
  lock: z
    .string()
    .default('Male')
    .describe('of --bundle: attribute that is locked in the second half of the measurements'),
  strength: z.number().positive().max(10).default(2).describe('of --bundle: step to both sides, in σ of the latent'),
  faces: z.int().min(1).max(100_000).default(200).describe('of --bundle: generated faces to measure on'),
};

interface EditConfig extends CommonConfig, z.output<z.ZodObject<typeof editOptions>> {
  readonly bundle: string;
}

/** Who says so: a second network that never saw the labels is still to come. */
const scoredBy = 'the classifier whose labels the boundaries were fitted to: it grades its own work';

export interface Effect {
  readonly moved: AttributeName;
  /** The attribute that is watched, and whether it was locked. */
  readonly lock: AttributeName;
  readonly locked: boolean;
  /** Mean change of each attribute's logit from one side to the other, in the order of the label file. */
  readonly changes: readonly number[];
}

const columns: readonly Column<Effect>[] = [
  { title: 'moved', value: row => row.moved },
  { title: 'lock', value: row => (row.locked ? row.lock : null) },
  ...attributeNames.map((title, a) => ({ title, value: (row: Effect) => row.changes[a] })),
];

/** For a person: what a move changes in its own attribute, in the one to lock, and most in any other. */
const shortColumns: readonly Column<Effect>[] = [
  { title: 'moved', value: row => row.moved },
  { title: 'its logit', value: row => changeOf(row, row.moved), decimals: 2 },
  { title: 'to lock', value: row => `${row.lock}${row.locked ? ' (locked)' : ''}` },
  { title: 'its logit', value: row => changeOf(row, row.lock), decimals: 2 },
  { title: 'most other', value: row => mostOther(row).attribute },
  { title: 'logit', value: row => mostOther(row).change, decimals: 2 },
];

/** Faces that are edited, drawn and scored at a time. */
const batch = 100;

export async function evaluateEdits(config: EditConfig, { log, signal }: StageContext): Promise<Summary> {
  const { bundle, out, resume, force, lock } = config;
  for (const attribute of [...config.attributes, lock]) attributeIndex(attribute);
  const inputs = { bundle: join(bundle, bundleFiles.index) };
  return withRun(out, { stage: 'evaluate', config, inputs, resume, force, log }, async run => {
    const editor = await openBundle(bundle, config);
    const plans = plansFor(editor, config.attributes as AttributeName[], lock as AttributeName);
    for (const { reason } of plans) if (reason !== undefined) log.warn(reason);
    const possible = plans.filter(({ reason }) => reason === undefined);
    const progress = log.progress('evaluate', possible.length * config.faces, 'faces');
    const effects: Effect[] = [];
    for (const plan of possible) {
      const changes = new Float64Array(attributeNames.length);
      for (let start = 0; start < config.faces; start += batch) {
        signal.throwIfAborted();
        const count = Math.min(batch, config.faces - start);
        const seeds = Array.from({ length: count }, (_, i) => config.seed + start + i);
        addChanges(changes, await scoredEnds(editor, plan, seeds, config.strength));
        progress.update(effects.length * config.faces + start + count, plan.moved);
      }
      effects.push({ ...plan, changes: [...changes].map(sum => sum / config.faces) });
    }
    progress.finish();
    await editor.release();
    const details = { scoredBy, faces: config.faces, strength: config.strength, effects };
    await writeJson(run.file('evaluation.json'), details);
    await writeWhole(run.file('evaluation.csv'), csvTable(columns, effects));
    return { out, scoredBy, faces: config.faces, effects };
  });
}

export function printEffects({ effects, faces, scoredBy: by }: Summary): string {
  return `${textTable(shortColumns, effects as Effect[])}\n\nmean change of logits over ${faces} faces, by ${by}`;
}

interface Plan extends Omit<Effect, 'changes'> {
  /** Why it cannot be measured. */
  readonly reason?: string;
}

/** Each attribute alone, then with the lock, which does not apply to itself. */
function plansFor({ bundle }: FaceEditor, attributes: readonly AttributeName[], lock: AttributeName): Plan[] {
  const missing = (name: AttributeName) => bundle.boundaries.every(({ attribute }) => attribute !== name);
  return attributes.flatMap(moved =>
    [false, true].flatMap((locked): Plan[] => {
      if (locked && lock === moved) return [];
      const without = [moved, ...(locked ? [lock] : [])].find(missing);
      if (without === undefined) return [{ moved, lock, locked }];
      return [
        {
          moved,
          lock,
          locked,
          reason: `${moved} with ${locked ? lock : 'nothing'} locked is left out: ${without} has no boundary`,
        },
      ];
    }),
  );
}

/** @returns logits [2 · seeds, 40]: of each face at −strength, then at +strength. */
async function scoredEnds(
  editor: FaceEditor,
  { moved, lock, locked }: Plan,
  seeds: readonly number[],
  strength: number,
) {
  const request = { moves: [`${moved}=${-strength}..${strength}`], locks: locked ? [lock] : [], steps: 2 };
  const frames = seeds.flatMap(seed => editor.strip({ ...request, seed }));
  return editor.score(await editor.render(frames.map(({ latent }) => latent)));
}

/** Adds, for each attribute, what its logit gains from the first end to the second, over all faces. */
function addChanges(sums: Float64Array, logits: Float32Array): void {
  const row = attributeNames.length;
  for (let at = 0; at < logits.length; at += 2 * row) {
    for (let a = 0; a < row; a++) sums[a]! += logits[at + row + a]! - logits[at + a]!;
  }
}

function changeOf({ changes }: Effect, attribute: AttributeName): number {
  return changes[attributeIndex(attribute)]!;
}

function mostOther(effect: Effect): { attribute: AttributeName; change: number } {
  const size = (attribute: AttributeName) => Math.abs(changeOf(effect, attribute));
  const others = attributeNames.filter(attribute => attribute !== effect.moved);
  const attribute = others.reduce((most, each) => (size(each) > size(most) ? each : most));
  return { attribute, change: changeOf(effect, attribute) };
}
