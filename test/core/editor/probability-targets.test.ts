// Wanted logits against classifiers whose answers are known: met where they can be, and told how near where not.
import { describe, expect, test } from 'vitest';
import type { Scores } from '../../../src/core/editing/curve.ts';
import { editLatent } from '../../../src/core/editing/edit.ts';
import type { Edit } from '../../../src/core/editing/request.ts';
import { solveTargets } from '../../../src/core/editor/probability-targets.ts';
import { dot } from '../../../src/core/math/linear-algebra.ts';
import { createRandom } from '../../../src/core/math/random.ts';
import { sampleLatents } from '../../../src/core/models/latents.ts';
import { nameOf, randomPlacedDirections } from '../editing/directions.ts';

const size = 64;
const directions = randomPlacedDirections(1, 4, size);
const edit: Edit = {
  latent: sampleLatents(createRandom(1, 2), 1, size),
  directions,
  moves: [{ attribute: nameOf(3), kind: 'absolute', distance: 0.5 }],
  locks: [nameOf(2)],
};
const target = (i: number, logit: number) => ({ attribute: nameOf(i), logit, distances: [-4, 4] as const });
/** Counts what is asked for, and answers for attributes 0 … count − 1. */
function classifier(count: number, logit: (distances: readonly number[], k: number) => number) {
  const asked = { latents: 0 };
  const answersTo = async (latents: readonly Float64Array[]) => {
    asked.latents += latents.length;
    return latents.map(latent => {
      const distances = directions.map(({ normal, intercept }) => dot(normal, latent) + intercept);
      return Array.from({ length: count }, (_, k) => logit(distances, k));
    });
  };
  return { asked, answersTo };
}

describe('one target', () => {
  const bent = classifier(1, ([own]) => 2 * own! + Math.sin(3 * own!));

  test.each([-6, -1, 0, 2.5, 7])('of logit %d is met, in few looks, with the other moves made', async logit => {
    bent.asked.latents = 0;
    const [found] = await solveTargets(edit, [target(0, logit)], bent.answersTo);
    expect(found!.logit).toBeCloseTo(logit, 2);
    expect(bent.asked.latents).toBeLessThan(50);
    const moves = [...edit.moves, { attribute: nameOf(0), kind: 'relative', strength: found!.strength } as const];
    const { latent, distances } = editLatent({ ...edit, moves });
    expect((await bent.answersTo([latent]))[0]![0]).toBe(found!.logit);
    expect(distances[nameOf(3)]).toBeCloseTo(0.5, 9);
  });

  test('out of reach: the end of the range, or a peak within it', async () => {
    const [atEnd] = await solveTargets(edit, [target(0, 100)], bent.answersTo);
    expect(atEnd!.logit).toBeCloseTo(2 * 4 + Math.sin(12), 3);
    const peaked = classifier(1, ([own]) => 3 - 4 * (own! - 2.05) ** 2);
    const [atPeak] = await solveTargets(edit, [target(0, 100)], peaked.answersTo);
    expect(atPeak!.logit).toBeCloseTo(3, 2);
  });
});

test('several that pull at each other are met together', async () => {
  const pulling = classifier(2, (distances, k) => 2 * distances[k]! + 1.5 * distances[1 - k]!);
  const found = await solveTargets(edit, [target(0, 2), target(1, -1)], pulling.answersTo);
  expect(found.map(({ logit }) => logit)).toEqual([expect.closeTo(2, 2), expect.closeTo(-1, 2)]);
});

test('several of which one is out of reach stay within their distances', async () => {
  const plain = classifier(2, (distances, k) => distances[k]!);
  const found = await solveTargets(edit, [target(0, 9), target(1, 1)], plain.answersTo);
  expect(found[0]!.logit).toBeLessThanOrEqual(4 + 1e-3);
  expect(found[0]!.logit).toBeGreaterThan(3.5);
});

test('locks that leave moves together no way to an end of the range do not refuse what lies before it', async () => {
  const [wanted, other, lock] = [nameOf(0), nameOf(1), nameOf(2)];
  const unit = (at: number) => Float64Array.from({ length: 3 }, (_, i) => Number(i === at));
  // The further the wanted one goes, the more the lock takes of the other; past 2 σ, all of it.
  const turning = (latent: Float64Array) =>
    Float64Array.of(0, Math.min(1, latent[0]! / 2), 1 - Math.min(1, latent[0]! / 2));
  const scores: Scores = {
    values: (_, names) => new Float64Array(names.length),
    slopes: (latent, names) => ({
      values: new Float64Array(names.length),
      slopes: names.map(name => (name === lock ? turning(latent) : unit(name === wanted ? 0 : 1))),
    }),
  };
  const along: Edit = {
    latent: new Float64Array(3),
    directions: [wanted, other, lock].map((attribute, i) => ({ attribute, normal: unit(i), intercept: 0 })),
    moves: [{ attribute: other, kind: 'relative', strength: 0.5 }],
    locks: [lock],
    geometry: 'linear',
    scores,
  };
  const answersTo = async (latents: readonly Float64Array[]) => latents.map(latent => [latent[0]!]);
  const [within] = await solveTargets(along, [target(0, 1)], answersTo);
  expect(within!.logit).toBeCloseTo(1, 2);
  const [beyond] = await solveTargets(along, [target(0, 3)], answersTo);
  expect(beyond!.logit).toBeGreaterThan(1.2);
  expect(beyond!.logit).toBeLessThan(2);
});

test('several together go no farther than faces stay whole', async () => {
  const [lock, ...wanted] = [2, 0, 1].map(nameOf) as [string, string, string];
  // The lock leaves a tenth of the first.
  const normals = [
    [Math.cos(0.1), Math.sin(0.1), 0],
    [0, 0, 1],
    [1, 0, 0],
  ].map(normal => Float64Array.from(normal));
  const locked: Edit = {
    latent: new Float64Array(3),
    directions: [...wanted, lock].map((attribute, i) => ({ attribute, normal: normals[i]!, intercept: 0 })),
    moves: [],
    locks: [lock],
    geometry: 'linear',
  };
  const answersTo = async (latents: readonly Float64Array[]) =>
    latents.map(latent => wanted.map((_, i) => dot(normals[i]!, latent)));
  const found = await solveTargets(locked, [target(0, 3), target(1, 1)], answersTo);
  expect(found[0]!.strength).toBeCloseTo(6, 1);
  expect(found[1]!.logit).toBeCloseTo(1, 1);
});
