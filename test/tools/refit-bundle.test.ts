// The tool that fits a bundle's boundaries anew: the networks stay, the directions are others and know nothing more.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { DirectionFacts } from '../../src/core/directions/direction.ts';
import { length } from '../../src/core/math/linear-algebra.ts';
import { openBundle } from '../../src/node/artefacts/bundle.ts';
import { temporaryFolder } from '../helpers/temp-folder.ts';
import { writeTinyBundle } from '../helpers/tiny-bundle.ts';

const tool = resolve(import.meta.dirname, '../../tools/refit-bundle.mjs');
const folder = temporaryFolder();

test('a bundle gets boundaries of its own faces; hand-labelled ones stay, faces too, and old recipes do not open', async () => {
  const [old, made] = [join(folder, 'old'), join(folder, 'new')];
  await writeTinyBundle(old, 16, undefined, ['dimples']);
  await promisify(execFile)(process.execPath, [tool, old, made, '2048']);
  const [before, after] = [await openBundle(old), await openBundle(made)];
  expect(after.bundle.formerly).toBeUndefined();
  expect([...after.sample(3)]).toEqual([...before.sample(3)]);
  expect(await after.render([after.sample(3)])).toEqual(await before.render([before.sample(3)]));
  const normalOf = ({ bundle }: typeof before, name: string) =>
    bundle.movable.find(({ attribute }) => attribute === name)?.normal;
  expect(normalOf(after, 'dimples')).toEqual(normalOf(before, 'dimples'));
  const refitted = after.bundle.movable.filter(({ attribute }) => attribute !== 'dimples');
  expect(refitted.length).toBeGreaterThan(0);
  for (const { attribute, normal } of refitted) {
    expect(length(normal)).toBeCloseTo(1, 6);
    expect(normal).not.toEqual(normalOf(before, attribute));
    expect(after.direction(attribute).boundary).not.toHaveProperty('calibration');
  }
  await before.release();
  await after.release();
});

test('where attributes are named, only these get another boundary, and the card says which', async () => {
  const [old, made] = [join(folder, 'some-old'), join(folder, 'some-new')];
  await writeTinyBundle(old, 16);
  await promisify(execFile)(process.execPath, [tool, old, made, '4096', 'Male']);
  const [before, after] = [await openBundle(old), await openBundle(made)];
  const changed = after.bundle.movable.filter(({ normal }, row) => {
    return String(normal) !== String(before.bundle.movable[row]!.normal);
  });
  expect(changed.map(({ attribute }) => attribute)).toEqual(['Male']);
  const others = (all: readonly DirectionFacts[]) => all.filter(({ attribute }) => attribute !== 'Male');
  expect(others(after.bundle.directions)).toEqual(others(before.bundle.directions));
  expect(readFileSync(join(made, 'MODEL_CARD.md'), 'utf8')).toMatch(/Male: fitted to 4096 faces .*, for Male on test/);
  await before.release();
  await after.release();
});
