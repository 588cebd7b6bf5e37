// Edits where latents lie anywhere: directions found for planted ones, locks that hold without rescaling, ways back.

import { describe, expect, test } from 'vitest';
import type { Direction } from '../../../src/core/directions/direction.ts';
import { fitBoundary } from '../../../src/core/directions/fit/boundary.ts';
import { fitHandLabelled } from '../../../src/core/directions/fit/hand-labelled.ts';
import { distanceTo } from '../../../src/core/editing/distances.ts';
import { editLatent } from '../../../src/core/editing/edit.ts';
import type { LatentMove } from '../../../src/core/editing/moves.ts';
import { strengthRange } from '../../../src/core/editing/strength-range.ts';
import { editStrip } from '../../../src/core/editing/strip.ts';
import { cosine, length } from '../../../src/core/math/linear-algebra.ts';
import { plant } from '../directions/fit/planted.ts';
import { nameOf, randomPlacedDirections } from './directions.ts';

const [size, count] = [64, 4000];
const geometry = 'linear';
const planted = Array.from({ length: 40 }, (_, i) => plant(100 + i, count, size, 0.02, i / 100, geometry));
const by = (attribute: string, strength: number): LatentMove => ({ attribute, kind: 'relative', strength });

test('a boundary of u is the planted one, wherever latents lie', () => {
  const { latents, normal, logits } = plant(7, count, size, 0, 0.3, geometry);
  const fit = fitBoundary('Young', latents, size, logits, { ratio: 0.1, repeats: 1, control: false });
  if (!fit.controllable) throw new Error(fit.reason);
  expect(cosine(fit.boundary.normal, normal)).toBeGreaterThan(0.95);
  const lengths = Array.from({ length: 100 }, (_, i) => length(latents.subarray(i * size, (i + 1) * size)));
  expect(Math.max(...lengths) / Math.min(...lengths)).toBeGreaterThan(1.2); // nothing was brought to one length
});

test('so is one of labels by hand', () => {
  const { latents, normal, labels } = planted[3]!;
  const own = fitHandLabelled('dimples', latents.subarray(0, 600 * size), size, labels.subarray(0, 600));
  expect(cosine(own.normal, normal)).toBeGreaterThan(0.85);
});

describe('along planted directions', () => {
  const directions: Direction[] = planted.map(({ normal }, i) => ({
    attribute: nameOf(i),
    normal,
    intercept: i / 100,
  }));
  const names = directions.map(({ attribute }) => attribute);
  const faces = Array.from({ length: 20 }, (_, i) => planted[0]!.latents.slice(i * size, (i + 1) * size));

  test.each([0, 1, 39])('with %i locks each locked distance holds to 1e-6, and the move goes its way', locked => {
    const locks = names.slice(1, 1 + locked);
    for (const latent of faces) {
      const { latent: moved, steps } = editLatent({ latent, directions, moves: [by(names[0]!, 2)], locks, geometry });
      const seen = Float32Array.from(moved); // as the generator gets it
      for (const boundary of directions.slice(1, 1 + locked)) {
        expect(Math.abs(distanceTo(boundary, seen) - distanceTo(boundary, latent))).toBeLessThan(1e-6);
      }
      const gain = distanceTo(directions[0]!, moved) - distanceTo(directions[0]!, latent);
      expect(Math.abs(gain - 2 * steps[0]!.residual)).toBeLessThan(1e-9);
    }
  });

  test.each([0, 1, 39])('with %i locks a move and its opposite return, to 1e-12', locked => {
    const locks = names.slice(1, 1 + locked);
    for (const latent of faces) {
      const there = editLatent({ latent, directions, moves: [by(names[0]!, 3)], locks, geometry });
      const back = editLatent({ ...there, directions, moves: [by(names[0]!, -3)], locks, geometry });
      expect(Math.max(...back.latent.map((x, i) => Math.abs(x - latent[i]!)))).toBeLessThan(1e-12);
    }
  });

  test('no move leaves anything: there is no edge', () => {
    const edit = { latent: faces[0]!, directions, moves: [], locks: [], geometry } as const;
    const [least, most] = strengthRange(names[0]!, [-100, 100], edit);
    const ends = [least, most].map(strength => editLatent({ ...edit, moves: [by(names[0]!, strength)] }));
    expect(ends.map(({ distances }) => distances[names[0]!])).toEqual([
      expect.closeTo(-100, 9),
      expect.closeTo(100, 9),
    ]);
    const frames = editStrip(edit, [{ from: by(names[0]!, -50), to: by(names[0]!, 50) }], 3);
    expect([...frames[1]!.latent]).toEqual([...faces[0]!]);
  });
});

test('the mean face, which has no length, is edited like any other', () => {
  const directions = randomPlacedDirections(1, 40, size);
  const { steps } = editLatent({
    latent: new Float32Array(size), // which the sphere refuses
    directions,
    moves: [by(nameOf(0), 1)],
    locks: [nameOf(1)],
    geometry,
  });
  expect(steps[0]!.residual).toBeGreaterThan(0.9);
});
