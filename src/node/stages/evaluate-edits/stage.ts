// Stage `evaluate edits`: measures what moving each attribute does to it and to the others, with and without locks.
import { join } from 'node:path';
import { z } from 'zod';
import { attributeIndex, didYouMeanAttribute } from '../../../core/attributes.ts';
import { editedColumns, lookAt, type ProbeFaces, scoredBoundaries, targets } from '../../../core/calibration/probe.ts';
import type { Hold } from '../../../core/directions/hold.ts';
import { isScored } from '../../../core/directions/scored.ts';
import { conditionNormal } from '../../../core/editing/conditioning.ts';
import { distanceTo, seenLatent } from '../../../core/editing/distances.ts';
import { bundleFiles } from '../../../core/editor/bundle.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { UserError } from '../../../core/errors.ts';
import { cosine } from '../../../core/math/linear-algebra.ts';
import { correlation, mean } from '../../../core/math/statistics.ts';
import { type EditEffect, editEffect } from '../../../core/measures/answers/edit-effects.ts';
import { checkSeen, readBundleFolder } from '../../artefacts/bundle.ts';
import { openDevice } from '../../devices/device.ts';
import { writeJson, writeWhole } from '../../files/files.ts';
import { readJsonLines } from '../../files/json-lines.ts';
import { type Column, csvTable, textTable } from '../../presentation/table.ts';
import { runFiles } from '../../runs/manifest.ts';
import { withRun } from '../../runs/run-folder.ts';
import { readJudge } from '../calibrate/judge.ts';
import { type MoverPlace, moverFiles, openMover } from '../calibrate/mover.ts';
import { deviceOptions, nameOption, pathOption, runOptions } from '../framework/options.ts';
import { checkSpread, spread, spreadOptions } from '../framework/spread.ts';
import { defineStage } from '../framework/stage.ts';
import { ticking } from '../framework/ticking.ts';
import { probes } from './work.ts';

const options = z.strictObject({
  bundle: pathOption().describe('folder of the model bundle whose edits are measured'),
  judge: pathOption()
    .optional()
    .describe(
      'run folder of train classifier whose network labelled nothing, to judge the edits; left out: the bundle’s classifier',
    ),
  attributes: z.array(nameOption()).default([]).describe('attributes to move; left out: all that have a boundary'),
  faces: z.int().min(2).max(100_000).default(500).describe('generated faces to measure on'),
  unlockedFaces: z
    .int()
    .min(2)
    .max(100_000)
    .default(200)
    .describe('how many of them are also moved without the suggested locks, to show what these mend'),
  locks: z
    .array(nameOption())
    .default([])
    .describe('locks to measure with, in place of those that the bundle suggests for each attribute'),
  ...deviceOptions,
  ...spreadOptions('attributes of its own'),
  ...runOptions,
});

type Config = z.output<typeof options>;

/** The effect of moving one attribute. */
export interface Effect {
  readonly moved: string;
  /** The bundle's suggested ones, or none. */
  readonly locks: readonly string[];
  /** Whether it was measured beside the straight move with nothing locked, with whatever locks there are. */
  readonly locked: boolean;
  /** How the locks held. Evaluations of before there was a choice have none: linear. */
  readonly hold?: Hold;
  /** Whether this is what edits do where nobody chooses: with the locks, held in the way that the bundle prefers. */
  readonly usual?: boolean;
  readonly residual: number;
  /** Share of the edits whose target lay within reach. */
  readonly reached: number;
  /** Mean |strength|, in σ. */
  readonly strength: number;
  readonly all: EditEffect;
  /** The same for the faces in which the judge, before the edit, sees no man, and for those in which it sees one; of no
   * faces where nobody asks for men. */
  readonly women: EditEffect;
  readonly men: EditEffect;
}

export interface EditEvaluation {
  readonly judge: string;
  readonly faces: number;
  /** Probabilities that each face was moved to. */
  readonly targets: readonly number[];
  readonly effects: readonly Effect[];
  /** The attributes that changes and flips are told of, in their order; evaluations of before there was a choice: CelebA's. */
  readonly attributes?: readonly string[];
  /** Per attribute with a boundary: R² of the classifier's logit on the signed distance, over the unedited faces. */
  readonly linearity: Readonly<Record<string, number>>;
  /** Cosines of the normals, in the order of `linearity`. */
  readonly cosines: readonly (readonly number[])[];
}

export const evaluationFile = 'evaluation.json';

const csvColumns = (attributes: readonly string[]): readonly Column<Effect>[] => [
  { title: 'moved', value: row => row.moved },
  { title: 'locks', value: row => row.locks.join(' ') },
  { title: 'hold', value: row => row.hold },
  { title: 'usual', value: row => String(row.usual ?? false) },
  { title: 'residual', value: row => row.residual },
  { title: 'reached', value: row => row.reached },
  { title: 'agreement', value: row => row.all.agreement },
  { title: 'flips', value: row => row.all.flips },
  { title: 'locked flips', value: row => row.all.lockedFlips },
  { title: 'held agreement', value: row => row.all.heldAgreement },
  { title: 'error of agreement', value: row => row.all.errors.agreement },
  { title: 'error of flips', value: row => row.all.errors.flips },
  { title: 'error of locked flips', value: row => row.all.errors.lockedFlips },
  { title: 'error of held agreement', value: row => row.all.errors.heldAgreement },
  ...attributes.map((title, a) => ({ title, value: (row: Effect) => row.all.changes[a] })),
];

/** One row an attribute: without locks, and with locks held in either way. */
export interface Pair {
  readonly free: Effect;
  readonly locked: Effect | undefined;
  /** With the same locks, held by the field. */
  readonly held: Effect | undefined;
}

const shortColumns: readonly Column<Pair>[] = [
  { title: 'moved', value: ({ free }) => free.moved },
  { title: 'agrees', value: ({ free }) => free.all.agreement, decimals: 3 },
  { title: 'others flip', value: ({ free }) => free.all.flips, decimals: 3 },
  { title: 'locks', value: ({ locked }) => locked?.locks.length },
  { title: 'residual', value: ({ locked }) => locked?.residual, decimals: 2 },
  { title: 'agrees, locked', value: ({ locked }) => locked?.all.agreement, decimals: 3 },
  { title: 'others flip, locked', value: ({ locked }) => locked?.all.flips, decimals: 3 },
  { title: 'locked flip', value: ({ locked }) => locked?.all.lockedFlips, decimals: 3 },
  { title: 'agrees and all hold', value: ({ locked }) => locked?.all.heldAgreement, decimals: 3 },
];

const heldColumns: readonly Column<Pair>[] = [
  { title: 'agrees, by field', value: ({ held }) => held?.all.agreement, decimals: 3 },
  { title: 'others flip, by field', value: ({ held }) => held?.all.flips, decimals: 3 },
  { title: 'locked flip, by field', value: ({ held }) => held?.all.lockedFlips, decimals: 3 },
  { title: 'agrees and all hold, by field', value: ({ held }) => held?.all.heldAgreement, decimals: 3 },
  { title: 'usual', value: pair => usualOf(pair).hold },
];

/** Far from the faces of `calibrate` at its first seeds, so that no lock is measured on the faces it was chosen on. */
const firstSeed = 1_000_000;

export const evaluateEdits = defineStage({
  name: 'evaluate edits',
  description: 'Measure what moving each attribute of a bundle does to it and to the others.',
  examples: [
    '--bundle models/celeba-64 --out runs/evaluation',
    '--bundle models/mine --judge runs/judge --out runs/hair --attributes Bald,Bangs',
  ],
  options,
  async run(config, context) {
    const { log } = context;
    await openDevice(config); // a missing device is reported before anything is read or begun
    const { bundle, out, resume, force, faces } = config;
    await checkNames(config);
    const inputs = {
      bundle: join(bundle, bundleFiles.index),
      ...(config.judge === undefined ? {} : { judge: config.judge }),
    };
    if (config.judge !== undefined) await readJudge(config.judge, await readBundleFolder(bundle));
    await checkSpread(config, inputs);
    return withRun(out, { stage: 'evaluate edits', options, config, inputs, resume, force, log }, async run => {
      const { device } = config;
      const place: MoverPlace = { bundle, judge: config.judge, device };
      const { editor, judge } = await openMover(place);
      const seeds = Array.from({ length: faces }, (_, i) => firstSeed + config.seed * faces + i);
      const looking = log.progress('look', faces, 'faces');
      const tick = ticking(context, done => looking.update(done));
      const seen = await lookAt(editor, judge, seeds, tick);
      looking.finish();
      const { attributes } = editor;
      const male = attributes.indexOf('Male');
      const seesMan = (row: number) => seen.before[row * attributes.length + male]! > judge.thresholds[male]!;
      const isMan = (row: number) => male >= 0 && seesMan(row);
      const isWoman = (row: number) => male >= 0 && !seesMan(row);
      const plans = plansFor(editor, config, line => log.warn(line));
      // Drops a line that was cut short, and all from the first that an earlier version planned otherwise.
      let kept = 0;
      await run.rewind(({ moved, locked, hold }) => {
        const plan = plans[kept];
        const isPlanned = plan?.moved === moved && plan?.locked === locked && plan?.hold === hold;
        kept = isPlanned ? kept + 1 : Number.POSITIVE_INFINITY;
        return isPlanned;
      });
      const effects = (await readJsonLines(run.file(runFiles.metrics))) as unknown as Effect[];
      const progress = log.progress('evaluate edits', plans.length * faces, 'faces', effects.length * faces);
      const order = ({ moved, locks, hold, onAll }: (typeof plans)[number]) => {
        return { moved, locks, hold, count: onAll ? faces : Math.min(faces, config.unlockedFaces) };
      };
      const orders = plans.slice(effects.length).map(order);
      const work = {
        shared: { ...place, faces: seen },
        files: moverFiles(place),
        sample: () => ({ ...orders.at(-1)!, count: 1 }), // the last one has locks, if any has
        orders,
      };
      for await (const probed of spread(probes, work, run, config, context)) {
        const { onAll: _, ...plan } = plans[effects.length]!;
        const { low, high, before, ...how } = probed;
        const effect = (chosen?: (row: number) => boolean) =>
          editEffect({ before, low, high }, judge.thresholds, editedColumns(plan, attributes), chosen);
        effects.push({ ...plan, ...how, all: effect(), women: effect(isWoman), men: effect(isMan) });
        run.metrics(effects.at(-1)!);
        progress.update(effects.length * faces, plan.moved);
      }
      progress.finish();
      const linearity = linearityOf(editor, seen);
      const places = Object.keys(linearity); // which names a number before the others
      const boundaries = scoredBoundaries(editor).toSorted(
        (a, b) => places.indexOf(a.attribute) - places.indexOf(b.attribute),
      );
      const cosines = boundaries.map(a => boundaries.map(b => cosine(a.normal, b.normal)));
      await editor.release();
      await judge.release();
      const evaluation: EditEvaluation = {
        judge: judge.name,
        faces,
        targets,
        attributes,
        effects,
        linearity,
        cosines,
      };
      await writeJson(run.file(evaluationFile), evaluation);
      await writeWhole(run.file('evaluation.csv'), csvTable(csvColumns(attributes), effects));
      return { out, judge: judge.name, faces, means: meansOf(effects), pairs: pairsOf(effects) };
    });
  },
  print({ pairs, faces, judge }) {
    const [low, high] = targets.map(target => 100 * target);
    const alone = unlockedFaces(pairs);
    return (
      `${textTable(pairs.some(({ held }) => held) ? [...shortColumns, ...heldColumns] : shortColumns, pairs)}\n\n${faces} faces` +
      `${alone === undefined || alone === faces ? '' : ` (the first ${alone} of them without the locks)`}, each moved to ` +
      `${low} % and to ${high} % of the classifier's probability, where half agree if nothing changes; judged by ${judge}`
    );
  },
});

/**
 * @throws UserError with a suggestion for an unknown attribute, for attributes none of which can be moved, and for a lock
 *   that is none of the bundle's movable directions; and for locks that leave an attribute no way.
 */
async function checkNames({ bundle, attributes, locks }: Config): Promise<void> {
  if (attributes.length + locks.length === 0) return;
  const read = await readBundleFolder(bundle);
  checkSeen(attributes, read);
  const { movable, directions } = read;
  const names = movable.map(({ attribute }) => attribute);
  if (attributes.length > 0 && !attributes.some(attribute => names.includes(attribute))) {
    throw new UserError(
      `--attributes must have one that ${bundle} can move; got ${attributes.join(', ')}, which it has no boundary of`,
    );
  }
  const unknown = locks.find(lock => !names.includes(lock));
  if (unknown !== undefined) {
    throw new UserError(
      `--locks must be attributes that ${bundle} can lock; got "${unknown}".${didYouMeanAttribute(unknown, names)}`,
    );
  }
  const scored = new Set<string>(directions.filter(isScored).map(({ attribute }) => attribute));
  const locked = movable.filter(({ attribute }) => locks.includes(attribute));
  for (const moved of movable) {
    const { attribute } = moved;
    if (attributes.length > 0 ? attributes.includes(attribute) : scored.has(attribute)) conditionNormal(moved, locked);
  }
}

/** Each attribute alone, then with locks, held in each way that the bundle can; without locks in its usual way too. */
function plansFor({ bundle }: FaceEditor, { attributes: asked, locks: given }: Config, warn: (line: string) => void) {
  return bundle.directions
    .filter(isScored)
    .flatMap(({ attribute: moved, boundary, suggestedLocks = [], hold: preferred, reason = 'not known' }) => {
      if (asked.length > 0 && !asked.includes(moved)) return [];
      if (boundary === null) {
        if (asked.length > 0) warn(`${moved} is left out, having no boundary: ${reason}`);
        return [];
      }
      const locks = (given.length > 0 ? given : suggestedLocks).filter(lock => lock !== moved);
      const isFree = locks.length === 0;
      const isUsual = (hold: Hold) => hold === (preferred ?? 'linear');
      const hold = 'linear' as const;
      const alone = { moved, locks: [], locked: false, hold, usual: isFree && isUsual(hold), onAll: isFree };
      const held = (hold: Hold) => ({ moved, locks, locked: true, hold, usual: isUsual(hold), onAll: true });
      // The field can be the usual way of an attribute with nothing to lock, too.
      if (isFree) return isUsual('field') ? [alone, held('field')] : [alone];
      return [alone, held('linear'), ...(bundle.field === undefined ? [] : [held('field')])];
    });
}

function linearityOf(editor: FaceEditor, { latents, own }: ProbeFaces): Record<string, number> {
  const { attributes, geometry } = editor;
  return Object.fromEntries(
    scoredBoundaries(editor).map(boundary => {
      const column = attributeIndex(boundary.attribute, attributes);
      const distances = latents.map(latent => distanceTo(boundary, seenLatent(latent, geometry)));
      const logits = latents.map((_, face) => own[face * attributes.length + column]!);
      return [boundary.attribute, correlation(distances, logits) ** 2];
    }),
  );
}

/** @returns how many faces were moved without the locks, where there were locks. */
export function unlockedFaces(pairs: readonly Pair[]): number | undefined {
  return pairs.find(({ locked }) => locked !== undefined)?.free.all.faces;
}

export function pairsOf(effects: readonly Effect[]): Pair[] {
  return effects
    .filter(({ locked }) => !locked)
    .map(free => {
      const withLocks = effects.filter(({ moved, locked }) => locked && moved === free.moved);
      return {
        free,
        locked: withLocks.find(({ hold = 'linear' }) => hold === 'linear'),
        held: withLocks.find(({ hold }) => hold === 'field'),
      };
    });
}

/** @returns what edits do where nobody chooses: with the locks, where there are any, held in the way that is usual. */
export function usualOf({ free, locked, held }: Pair): Effect {
  return held?.usual ? held : (locked ?? free);
}

/** Means over the attributes: with nothing locked; with locks, held as is usual; and in either way, where there are two. */
function meansOf(effects: readonly Effect[]) {
  const pairs = pairsOf(effects);
  const means = (list: readonly (Effect | undefined)[]) => {
    const known = list.flatMap(effect => (effect === undefined ? [] : [effect.all]));
    const locking = known.filter(each => Number.isFinite(each.lockedFlips)); // locks that the judge can see
    return {
      agreement: mean(known.map(({ agreement }) => agreement)),
      flips: mean(known.map(({ flips }) => flips)),
      ...(locking.length > 0 && {
        lockedFlips: mean(locking.map(each => each.lockedFlips)),
        heldAgreement: mean(locking.map(({ heldAgreement }) => heldAgreement)),
      }),
    };
  };
  const free = means(pairs.map(pair => pair.free));
  const usual = means(pairs.map(usualOf));
  const both = pairs.filter(({ locked, held }) => locked !== undefined && held !== undefined);
  return {
    ...free,
    agreementLocked: usual.agreement,
    flipsLocked: usual.flips,
    ...(usual.lockedFlips !== undefined && {
      lockedFlips: usual.lockedFlips,
      heldAgreement: usual.heldAgreement,
    }),
    ...(both.length > 0 && { linear: means(both.map(pair => pair.locked)), field: means(both.map(pair => pair.held)) }),
  };
}
