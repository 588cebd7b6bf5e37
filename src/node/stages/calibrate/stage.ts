// Stage `calibrate`: measures on generated faces what each move of a bundle does, and puts that into the bundle.
import { join } from 'node:path';
import { z } from 'zod';
import { linearResponse } from '../../../core/calibration/linear-response.ts';
import { lookAt } from '../../../core/calibration/probe.ts';
import { isScored, type ScoredDirection } from '../../../core/directions/scored.ts';
import {
  type Bundle,
  bundleFiles,
  indexedDirections,
  lastingFacts,
  writeBundleIndex,
} from '../../../core/editor/bundle.ts';
import { UserError } from '../../../core/errors.ts';
import { seenLatents } from '../../../core/models/latents.ts';
import { checkSeen, hashBytes, readBundleFolder } from '../../artefacts/bundle.ts';
import { openDevice } from '../../devices/device.ts';
import { writeWhole } from '../../files/files.ts';
import { readJsonLines } from '../../files/json-lines.ts';
import { type Column, textTable } from '../../presentation/table.ts';
import { runFiles } from '../../runs/manifest.ts';
import { type Run, withRun } from '../../runs/run-folder.ts';
import { withEditSection } from '../bundle/edit-section.ts';
import { deviceOptions, nameOption, pathOption, runOptions } from '../framework/options.ts';
import { checkSpread, spread, spreadOptions } from '../framework/spread.ts';
import { defineStage } from '../framework/stage.ts';
import { ticking } from '../framework/ticking.ts';
import { readJudge } from './judge.ts';
import { type MoverPlace, moverFiles, openMover } from './mover.ts';
import { type CalibrateThread, calibrations } from './work.ts';

const options = z.strictObject({
  bundle: pathOption().describe('folder of a model bundle'),
  judge: pathOption()
    .optional()
    .describe(
      'run folder of train classifier whose network labelled nothing, to judge the moves; left out: the bundle’s classifier',
    ),
  attributes: z
    .array(nameOption())
    .default([])
    .describe('attributes to measure, where all others are calibrated and stay as they are; left out: all'),
  faces: z.int().min(16).max(100_000).default(256).describe('faces that each attribute is moved on'),
  trialFaces: z
    .int()
    .min(8)
    .max(10_000)
    .default(48)
    .describe('faces on which layers, and each number of locks, are tried'),
  judgedFaces: z
    .int()
    .min(8)
    .max(100_000)
    .default(128)
    .describe('other faces, on which the chosen locks must be better than none, and are judged'),
  responseFaces: z
    .int()
    .min(16)
    .max(1_000_000)
    .default(4096)
    .describe('unedited faces, from which to predict which locks help'),
  mostLocks: z.int().min(0).max(39).default(12).describe('most locks to suggest for one attribute'),
  ...deviceOptions,
  ...spreadOptions('attributes of its own'),
  ...runOptions,
  out: pathOption().meta({ destination: 'run' }).describe('folder of the calibrated bundle'),
});

const columns: readonly Column<ScoredDirection>[] = [
  { title: 'attribute', value: row => row.attribute },
  { title: 'controllable', value: row => String(row.controllable) },
  { title: 'safe from', value: row => row.boundary?.safeRange?.[0], decimals: 1 },
  { title: 'to', value: row => row.boundary?.safeRange?.[1], decimals: 1 },
  { title: 'layers', value: row => row.boundary?.layers?.join('-') },
  { title: 'suggested locks', value: row => row.suggestedLocks?.length },
  { title: 'judge agrees', value: row => row.judged?.agreement, decimals: 3 },
  { title: 'others flip', value: row => row.judged?.flips, decimals: 3 },
  { title: 'agrees, by field', value: row => row.judgedByField?.agreement, decimals: 3 },
  { title: 'flip, by field', value: row => row.judgedByField?.flips, decimals: 3 },
  { title: 'hold', value: row => row.hold },
  { title: 'reason', value: row => row.reason },
];

export const calibrate = defineStage({
  name: 'calibrate',
  description: "Measure what a bundle's moves do: layers, calibration, safe ranges, suggested locks, what it controls.",
  examples: [
    '--bundle runs/candidate --judge runs/judge --out models/mine',
    '--bundle models/starter --out runs/calibrated --faces 64',
    '--bundle models/mine --judge runs/judge --attributes Eyeglasses,Bald --out runs/calibrated',
  ],
  options,
  async run(config, context) {
    const { out, resume, force, seed, faces, trialFaces, judgedFaces } = config;
    const { log } = context;
    const inputs = {
      bundle: join(config.bundle, bundleFiles.index),
      ...(config.judge === undefined ? {} : { judge: config.judge }),
    };
    await openDevice(config); // a missing device is reported before anything is read or begun
    const read = await readBundleFolder(config.bundle);
    if (config.judge !== undefined) await readJudge(config.judge, read);
    if (config.attributes.length > 0) checkChoice(config.attributes, read);
    await checkSpread(config, inputs);
    return withRun(out, { stage: 'calibrate', options, config, inputs, resume, force, log }, async run => {
      const { device } = config;
      const place: MoverPlace = { bundle: config.bundle, judge: config.judge, device };
      const { editor, judge } = await openMover(place);
      const looked = faces + trialFaces + judgedFaces + config.responseFaces;
      log.info(`calibrate: looks at ${looked} faces, then moves some of them along each attribute, which takes longer`);
      const looking = log.progress('look', looked, 'faces');
      let seen = 0;
      const look = async (count: number) => {
        const seeds = Array.from({ length: count }, (_, i) => seed * looked + seen + i);
        const tick = ticking(context, done => looking.update(seen + done));
        const found = await lookAt(editor, judge, seeds, tick);
        seen += count;
        return found;
      };
      // Locks are chosen on some faces, kept or not on others, and predicted from yet others.
      const sets = {
        faces: await look(faces),
        trialFaces: await look(trialFaces),
        judgedFaces: await look(judgedFaces),
      };
      const { latents, before: logits } = await look(config.responseFaces);
      looking.finish();
      const size = editor.bundle.latentSize;
      const drawn = Float32Array.from(latents.flatMap(latent => [...latent]));
      const rows = seenLatents(drawn, size, editor.geometry);
      const shared: CalibrateThread['shared'] = {
        ...place,
        response: linearResponse(rows, size, logits, editor.attributes.length),
        logits,
        ...sets,
        mostLocks: config.mostLocks,
      };
      const known = editor.bundle.directions.filter(isScored);
      const isAsked = ({ attribute }: ScoredDirection) =>
        config.attributes.length === 0 || config.attributes.includes(attribute);
      const asked = known.filter(isAsked);
      const found = await finishedAttributes(run);
      const left = asked.slice(found.length);
      const work = {
        shared,
        files: moverFiles(place),
        sample: () => ({ attribute: movable(left).attribute, most: { faces: 4, locks: 1 } }),
        orders: left.map(({ attribute }) => ({ attribute })),
      };
      const progress = log.progress('calibrate', asked.length, 'attributes', found.length);
      for await (const calibrated of spread(calibrations, work, run, config, context)) {
        run.metrics(calibrated);
        found.push(calibrated);
        progress.update(found.length, calibrated.attribute);
      }
      progress.finish();
      await editor.release();
      await judge.release();
      const { sha256, formerly = [], directions, contents } = editor.bundle;
      const attributes = known.map(each => (isAsked(each) ? found.shift()! : each));
      const card = new TextDecoder().decode(contents[bundleFiles.modelCard] ?? new Uint8Array());
      const section = { attributes, again: config.attributes, judge: judge.name, faces: judgedFaces };
      const files = { ...contents, [bundleFiles.modelCard]: new TextEncoder().encode(withEditSection(card, section)) };
      for (const [file, bytes] of Object.entries(files)) await writeWhole(run.file(file), bytes);
      const { extra } = indexedDirections(directions);
      // Edits are the same as before wherever directions act on the same layers.
      const isSame = attributes.every(
        ({ boundary }, i) => String(boundary?.layers) === String(known[i]!.boundary?.layers),
      );
      const earlier = isSame ? [...formerly, sha256] : [];
      const facts = {
        ...lastingFacts(editor.bundle),
        attributes,
        ...(extra && { extra }),
        ...(earlier.length > 0 && { formerly: earlier }),
      };
      const index = await writeBundleIndex(facts, files, hashBytes);
      await writeWhole(run.file(bundleFiles.index), index);
      const controllable = attributes.filter(attribute => attribute.controllable).length;
      return { out, judge: judge.name, faces, controllable, attributes };
    });
  },
  print: ({ attributes, judge }) => `${textTable(columns, attributes)}\n\njudged by ${judge}`,
});

/** @throws UserError unless the bundle knows these attributes, and all others that it can move are calibrated. */
function checkChoice(attributes: readonly string[], bundle: Bundle): void {
  checkSeen(attributes, bundle);
  const { movable, place } = bundle;
  if (!movable.some(({ attribute }) => attributes.includes(attribute))) {
    const names = attributes.join(', ');
    throw new UserError(`--attributes must have one that ${place} can move; got ${names}, which it has no boundary of`);
  }
  const unknown = bundle.directions.find(
    each => isScored(each) && each.boundary !== null && !each.judged && !attributes.includes(each.attribute),
  );
  if (unknown === undefined) return;
  throw new UserError(
    `--attributes needs a bundle whose other attributes are calibrated; ${unknown.attribute} is not. Leave it out`,
  );
}

/** @returns the first that has a boundary: finding out about one without is no work. */
function movable(directions: readonly ScoredDirection[]): ScoredDirection {
  return directions.find(({ boundary }) => boundary !== null) ?? directions[0]!;
}

/** @returns attributes that an interrupted run had finished: a line is written when all of an attribute is known. */
async function finishedAttributes(run: Run): Promise<ScoredDirection[]> {
  await run.rewind(() => true); // drops a line that was cut short
  return (await readJsonLines(run.file(runFiles.metrics))) as unknown as ScoredDirection[];
}
