// The stage `calibrate` on an untrained bundle: what it adds is in the bundle, and an interruption changes nothing.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { attributeIndex } from '../../../../src/core/attributes.ts';
import { betterHold, usualLocks } from '../../../../src/core/calibration/chosen-hold.ts';
import { ownJudge } from '../../../../src/core/calibration/judge.ts';
import { effectOf, lookAt } from '../../../../src/core/calibration/probe.ts';
import type { DirectionFacts } from '../../../../src/core/directions/direction.ts';
import type { LayerRange } from '../../../../src/core/directions/layers.ts';
import { isScored } from '../../../../src/core/directions/scored.ts';
import { indexedDirections, lastingFacts, writeBundleIndex } from '../../../../src/core/editor/bundle.ts';
import type { FaceEditor } from '../../../../src/core/editor/face-editor.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../../src/core/formats/safetensors.ts';
import { hashBytes, openBundle } from '../../../../src/node/artefacts/bundle.ts';
import { silentLog } from '../../../../src/node/log/log.ts';
import { openJudge } from '../../../../src/node/stages/calibrate/judge.ts';
import { calibrate } from '../../../../src/node/stages/calibrate/stage.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { noBoundary, writeTinyBundle } from '../../../helpers/tiny-bundle.ts';
import { tinyClassifier, tinyStyle } from '../../../helpers/tiny-networks.ts';
import { writeTinyClassifier } from '../../../helpers/tiny-runs.ts';

const root = temporaryFolder();
const bundle = join(root, 'bundle');
const run = (options: object, { log = silentLog, signal = new AbortController().signal } = {}) =>
  calibrate.run(
    calibrate.options.parse({
      bundle,
      // The tiny bundle's first normal happens to be the latent of seed 5.
      seed: 1,
      faces: 16,
      trialFaces: 8,
      judgedFaces: 8,
      responseFaces: 64,
      mostLocks: 2,
      threads: 1,
      ...options,
    }),
    { log, signal },
  );
const firstFace = 16 + 8 + 8 + 64; // those before are seed 0's
const whole = join(root, 'whole');

beforeAll(async () => {
  await writeTinyBundle(bundle, 32);
  await run({ out: whole });
}, 120_000);

test('every boundary gets a curve that never falls, and a verdict; what has none stays as it was', async () => {
  const [before, after] = [await openBundle(bundle), await openBundle(whole)];
  expect(after.bundle.sha256).not.toBe(before.bundle.sha256);
  expect(after.bundle.movable).toEqual(before.bundle.movable);
  for (const { attribute, boundary, suggestedLocks, judged, controllable, reason } of after.bundle.directions) {
    if (attribute === noBoundary) continue;
    const logits = boundary!.calibration!.map(([, logit]) => logit);
    expect(logits).toHaveLength(9);
    expect(logits).toEqual([...logits].sort((a, b) => a - b));
    expect(suggestedLocks!.length).toBeLessThanOrEqual(2);
    expect(suggestedLocks).not.toContain(attribute);
    expect(judged!.faces).toBe(8);
    expect(judged!.agreement).toBeGreaterThanOrEqual(0);
    expect(judged!.flips).toBeLessThan(0.5);
    expect(judged!.own).toBe(true); // no other judge was asked
    expect(controllable).toBe(reason === undefined);
    const locked = suggestedLocks!.length > 0 ? 'its suggested' : 'no';
    if (reason?.includes('change visibly')) expect(reason).toMatch(`with ${locked} locks only`);
  }
  const index = attributeIndex(noBoundary);
  expect(after.bundle.directions[index]).toEqual(before.bundle.directions[index]);
  await before.release();
  await after.release();
});

test('what was made with the bundle before opens with it, as no direction acts on other layers', async () => {
  const [before, after] = [await openBundle(bundle), await openBundle(whole)];
  expect(after.bundle.formerly).toEqual([before.bundle.sha256]);
  await before.release();
  await after.release();
});

test('the curve is what drawing and scoring give: its middle by hand', async () => {
  const editor = await openBundle(whole);
  const { attribute, boundary } = editor.bundle.directions[attributeIndex('Young')]!;
  const [distance, median] = boundary!.calibration![4]!;
  const latents = Array.from(
    { length: 16 },
    (_, i) => editor.edit({ seed: firstFace + i, moves: [{ attribute, kind: 'absolute', distance }] }).latent,
  );
  const logits = await editor.score(await editor.render(latents));
  const own = latents.map((_, face) => logits[face * 40 + attributeIndex('Young')]!).sort((a, b) => a - b);
  await editor.release();
  expect(median).toBeGreaterThanOrEqual(own[0]!);
  expect(median).toBeLessThanOrEqual(own[15]!);
});

test('of a style generator the layers of each direction are chosen, and its moves act on them', async () => {
  const [style, out, again] = ['style', 'style-calibrated', 'style-again'].map(name => join(root, name)) as [
    string,
    string,
    string,
  ];
  await writeTinyBundle(style, 32, undefined, undefined, { kind: tinyStyle, psi: 0.7 });
  await run({ bundle: style, out });
  const editor = await openBundle(out);
  expect(editor.bundle.psi).toBe(0.7);
  const partial = editor.bundle.movable.filter(({ layers }) => layers !== undefined);
  expect(partial.length).toBeGreaterThan(0);
  for (const { layers } of partial) expect([0, 1, 2].map(row => [row, row])).toContainEqual(layers);
  const { attribute, layers } = partial[0]!;
  const { latent } = editor.edit({ seed: 1, moves: [{ attribute, kind: 'relative', strength: 1 }] });
  const moved = [0, 1, 2].filter(row => latent.subarray(row * 32).some((x, i) => i < 32 && x !== editor.sample(1)[i]));
  expect(moved).toEqual([layers![0]]);
  await editor.release();
  // Once more: layers that the bundle has already are no part of what is tried.
  await run({ bundle: out, out: again });
  const repeated = await openBundle(again);
  expect(repeated.bundle.directions).toEqual(editor.bundle.directions);
  // Layers that directions get change edits, so what was made before is of another model.
  expect(editor.bundle.formerly).toBeUndefined();
  expect(repeated.bundle.formerly).toEqual([editor.bundle.sha256]);
  await repeated.release();
});

test('steady light is suggested where it costs next to nothing, after the other locks, and can be locked', async () => {
  const [lit, out] = [join(root, 'lit'), join(root, 'lit-calibrated')];
  await writeTinyBundle(lit, 32, undefined, ['Brightness', 'dimples']);
  await run({ bundle: lit, out });
  const editor = await openBundle(out);
  const suggested = editor.bundle.directions.flatMap(({ attribute, suggestedLocks = [] }) =>
    suggestedLocks.length === 0 ? [] : [{ attribute, suggestedLocks }],
  );
  const withLight = suggested.filter(({ suggestedLocks }) => suggestedLocks.includes('Brightness'));
  expect(withLight.length).toBeGreaterThan(0);
  for (const { attribute, suggestedLocks } of withLight) {
    expect(suggestedLocks.at(-1)).toBe('Brightness');
    const moves = [{ attribute, kind: 'relative', strength: 1 } as const];
    const [before, after] = [[], moves].map(
      each => editor.edit({ seed: 3, moves: each, locks: suggestedLocks }).distances.Brightness!,
    );
    expect(after).toBeCloseTo(before!, 4);
  }
  expect(suggested.some(({ suggestedLocks }) => suggestedLocks.includes('dimples'))).toBe(false);
  await editor.release();
});

test('some attributes are measured alone where all others are calibrated, which stay as they are', async () => {
  const [stripped, out] = [join(root, 'stripped'), join(root, 'some')];
  const attributes = ['Smiling', 'Young'];
  await expect(run({ out, attributes, bundle })).rejects.toThrow(
    '--attributes needs a bundle whose other attributes are calibrated; 5_o_Clock_Shadow is not. Leave it out',
  );
  await expect(run({ out, attributes: ['Yuong'], bundle: whole })).rejects.toThrow('Did you mean "Young"?');
  await expect(run({ out, attributes: [noBoundary], bundle: whole })).rejects.toThrow(
    `must have one that ${whole} can move; got ${noBoundary}, which it has no boundary of`,
  );
  // The bundle as it would be with two boundaries fitted anew: nothing is known of these.
  const forget = (found: DirectionFacts): DirectionFacts => {
    const { attribute, threshold, probability, boundary } = found;
    if (!attributes.includes(attribute)) return found;
    const { intercept, metrics } = boundary!;
    return { attribute, threshold, probability, controllable: true, boundary: { intercept, metrics } };
  };
  const known = await openBundle(whole);
  const { directions, contents } = known.bundle;
  const facts = { ...lastingFacts(known.bundle), ...indexedDirections(directions.map(forget)) };
  cpSync(whole, stripped, { recursive: true });
  writeFileSync(join(stripped, 'bundle.json'), await writeBundleIndex(facts, contents, hashBytes));
  await run({ bundle: stripped, out, attributes });
  const anew = await openBundle(out);
  expect(anew.bundle.directions).toEqual(known.bundle.directions);
  await known.release();
  await anew.release();
  const card = readFileSync(join(out, 'MODEL_CARD.md'), 'utf8');
  expect(card).toMatch(/Measured after all others, on \d+ faces, said by [^\n]+: Smiling, Young\. /);
  expect(readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n')).toHaveLength(2);
});

test('the model card tells of it once, however often it is calibrated', async () => {
  const again = join(root, 'again');
  await run({ bundle: whole, out: again });
  const card = readFileSync(join(again, 'MODEL_CARD.md'), 'utf8');
  expect(card.match(/## What edits do/g)).toHaveLength(1);
  expect(card).toBe(readFileSync(join(whole, 'MODEL_CARD.md'), 'utf8'));
});

test('with a field both ways are judged, and a direction takes the one in which usual locks hold', {
  timeout: 240_000,
}, async () => {
  const [source, out] = [join(root, 'with-field'), join(root, 'held')];
  await writeTinyBundle(source, 32, undefined, [], { field: true });
  await run({ bundle: source, out });
  const { bundle: made } = await openBundle(out);
  const editor = await openBundle(source);
  const judge = ownJudge(editor);
  const faces = await lookAt(
    editor,
    judge,
    Array.from({ length: 8 }, (_, i) => firstFace + 16 + 8 + i),
  );
  const directions = made.directions.filter(each => each.boundary);
  expect(new Set(directions.map(({ hold }) => hold))).toEqual(new Set([undefined, 'field']));
  for (const { attribute, judgedByField, judged, boundary, hold } of directions.slice(0, 8)) {
    expect([judged?.faces, judgedByField?.faces], attribute).toEqual([8, 8]);
    const locks = usualLocks(attribute, editor, []); // faces have those that people set first
    expect(locks).not.toContain(attribute);
    const layers = boundary!.layers as LayerRange | undefined;
    const straight = await effectOf(editor, judge, { moved: attribute, locks, ...(layers && { layers }) }, faces);
    const byField = await effectOf(editor, judge, { moved: attribute, locks, hold: 'field' }, faces);
    expect(hold ?? 'linear', attribute).toBe(betterHold(straight, byField));
  }
  await editor.release();
  expect(made.contents['field.safetensors']).toEqual(new Uint8Array(readFileSync(join(source, 'field.safetensors'))));
  const card = readFileSync(join(out, 'MODEL_CARD.md'), 'utf8');
  expect(card).toContain('| others flip | agrees, by field | others flip, by field | usual | safe range');
  expect(readFileSync(join(whole, 'MODEL_CARD.md'), 'utf8')).not.toContain('by field');
});

test('interrupted after some attributes and resumed, it writes the same bytes', async () => {
  const out = join(root, 'resumed');
  const controller = new AbortController();
  const log = {
    ...silentLog,
    progress: () => ({
      update: (done: number) => {
        if (done === 7) controller.abort(new Error('stop'));
      },
      finish: () => {},
    }),
  };
  await expect(run({ out }, { log, signal: controller.signal })).rejects.toThrow('stop');
  await run({ out, resume: true });
  for (const name of ['bundle.json', 'MODEL_CARD.md', 'metrics.jsonl']) {
    expect(readFileSync(join(out, name), 'utf8')).toBe(readFileSync(join(whole, name), 'utf8'));
  }
});

test('it shows how many faces it has looked at, and stops between two blocks of them', async () => {
  const controller = new AbortController();
  const shown: string[] = [];
  const log = {
    ...silentLog,
    progress: (label: string, total: number, unit: string) => ({
      update: (done: number) => {
        shown.push(`${label} ${done}/${total} ${unit}`);
        if (done >= 128) controller.abort(new Error('stop'));
      },
      finish: () => {},
    }),
  };
  const stopped = run({ out: join(root, 'stopped'), responseFaces: 1000 }, { log, signal: controller.signal });
  await expect(stopped).rejects.toThrow('stop');
  expect(shown).toEqual([16, 24, 32, 128].map(done => `look ${done}/1032 faces`));
});

test('any number of threads writes the same bytes', async () => {
  const out = join(root, 'threads');
  await run({ out, threads: 2 });
  for (const name of ['bundle.json', 'MODEL_CARD.md', 'metrics.jsonl']) {
    expect(readFileSync(join(out, name), 'utf8')).toBe(readFileSync(join(whole, name), 'utf8'));
  }
});

test('what an earlier calibration found goes, also where nothing is found now', async () => {
  const [stale, out] = [join(root, 'stale'), join(root, 'stale-calibrated')];
  await writeTinyBundle(stale, 32, direction =>
    direction.boundary === null
      ? direction
      : { ...direction, boundary: { ...direction.boundary, safeRange: [-9.5, 9.5], calibration: [[0, 1]] } },
  );
  await run({ bundle: stale, out });
  const [anew, first] = [await openBundle(out), await openBundle(whole)];
  expect(anew.bundle.directions).toEqual(first.bundle.directions);
  expect(first.bundle.directions.some(({ boundary }) => boundary !== null && boundary.safeRange === undefined)).toBe(
    true,
  );
  await anew.release();
  await first.release();
});

test('a judge must see the colours that the generator makes, and one that was never tested says so', async () => {
  const judge = join(root, 'judge');
  await writeTinyClassifier(judge);
  const [editor, device] = [await openBundle(bundle), { device: 'cpu', threads: 1 } as const];
  const { attributes } = editor;
  const generator = { ...editor.bundle.generator, normalisation: 'chromaticity' as const };
  const coloured = { attributes, bundle: { ...editor.bundle, generator } } as FaceEditor;
  await expect(openJudge(judge, coloured, device)).rejects.toThrow(
    'a generator of chromaticities needs a judge of them',
  );
  const summary = join(judge, 'manifest.json');
  const manifest = JSON.parse(readFileSync(summary, 'utf8'));
  writeFileSync(summary, JSON.stringify({ ...manifest, summary: { ...manifest.summary, testAccuracy: null } }));
  const opened = await openJudge(judge, editor, device);
  expect(opened.name).toBe('a judge that labelled nothing (never tested)');
  await opened.release();
  await editor.release();
});

test('a judge is independent unless it is the classifier that labelled the faces', async () => {
  const [own, other] = [join(root, 'labeller'), join(root, 'another')];
  const editor = await openBundle(bundle);
  const thresholds = editor.bundle.directions.filter(isScored).map(({ threshold }) => threshold);
  await writeTinyClassifier(own, tinyClassifier, 2);
  await writeTinyClassifier(other);
  // Without pictures to validate on, every classifier has the same thresholds.
  const file = join(other, 'classifier.safetensors');
  const { tensors, metadata } = decodeSafetensors(readFileSync(file), file);
  const details = { ...JSON.parse(metadata.details!), thresholds };
  writeFileSync(file, encodeSafetensors(tensors, { details: JSON.stringify(details) }));
  const device = { device: 'cpu', threads: 1 } as const;
  const [asked, independent] = [await openJudge(own, editor, device), await openJudge(other, editor, device)];
  expect(asked.isOwn).toBe(true);
  expect(asked.name).toContain('it grades its own work');
  expect(independent.isOwn).toBe(false);
  await independent.release();
  await editor.release();
});

test('a judge that is not there is refused in one line', async () => {
  await expect(run({ out: join(root, 'x'), judge: join(root, 'nowhere') })).rejects.toThrow(/nowhere/);
});
