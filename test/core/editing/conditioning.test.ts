// Conditional manipulation against InterFaceGAN's published directions, and its algebra.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Normal } from '../../../src/core/directions/direction.ts';
import { conditionNormal, projectOut } from '../../../src/core/editing/conditioning.ts';
import { UserError } from '../../../src/core/errors.ts';
import { toFloat64 } from '../../../src/core/formats/nd-array.ts';
import { decodeNpy } from '../../../src/core/formats/npy.ts';
import { addScaled, cosine, dot, length, scaled } from '../../../src/core/math/linear-algebra.ts';
import { sharedFolder } from '../../helpers/shared.ts';
import { randomDirections } from './directions.ts';

describe.skipIf(sharedFolder === undefined)('the published PGGAN CelebA-HQ directions', () => {
  const published = (name: string): Normal => {
    const file = join(sharedFolder!, 'interfacegan', `pggan_celebahq_${name}_boundary.npy`);
    return { attribute: name, normal: toFloat64(decodeNpy(readFileSync(file), file).data) };
  };

  test.each([
    'age_c_eyeglasses',
    'age_c_gender',
    'age_c_gender_eyeglasses',
    'eyeglasses_c_age',
    'eyeglasses_c_age_gender',
    'eyeglasses_c_gender',
    'gender_c_age',
    'gender_c_age_eyeglasses',
    'gender_c_eyeglasses',
  ])('%s is what projecting the locks out gives', name => {
    const [primal, locks] = name.split('_c_') as [string, string];
    const { conditionedNormal } = conditionNormal(published(primal), locks.split('_').map(published));
    expect(cosine(conditionedNormal, published(name).normal)).toBeGreaterThan(0.9999);
  });

  test.each([
    ['age', 'gender', 0.486],
    ['age', 'eyeglasses', 0.378],
    ['gender', 'eyeglasses', 0.523],
  ])('%s and %s stand at cosine %f', (a, b, expected) => {
    expect(cosine(published(a).normal, published(b).normal)).toBeCloseTo(expected, 3);
  });
});

describe('for any locks', () => {
  const counts = fc.integer({ min: 0, max: 39 });

  test('the result is a unit vector orthogonal to every lock, and moves its own attribute by the residual', () => {
    fc.assert(
      fc.property(fc.nat(10_000), counts, (seed, count) => {
        const [primal, ...locks] = randomDirections(seed, count + 1, 64) as [Normal, ...Normal[]];
        const { conditionedNormal, residual } = conditionNormal(primal, locks);
        expect(length(conditionedNormal)).toBeCloseTo(1, 12);
        for (const lock of locks) expect(Math.abs(dot(lock.normal, conditionedNormal))).toBeLessThan(1e-12);
        expect(dot(primal.normal, conditionedNormal)).toBeCloseTo(residual, 12);
      }),
    );
  });

  test('projecting twice changes nothing; the order of the locks changes not a bit', () => {
    fc.assert(
      fc.property(fc.nat(10_000), counts, (seed, count) => {
        const [primal, ...locks] = randomDirections(seed, count + 1, 64) as [Normal, ...Normal[]];
        const once = projectOut(primal, locks);
        const twice = projectOut({ attribute: primal.attribute, normal: once.conditionedNormal }, locks);
        expect(twice.residual).toBeCloseTo(1, 12);
        expect(cosine(twice.conditionedNormal, once.conditionedNormal)).toBeCloseTo(1, 12);
        expect(projectOut(primal, [...locks].reverse())).toEqual(once);
      }),
    );
  });

  test('dependent locks count once', () => {
    const [primal, a, b] = randomDirections(1, 3, 16) as [Normal, Normal, Normal];
    const mixed = scaled(a.normal, 0.3);
    addScaled(mixed, b.normal, 0.9);
    const mixture = { attribute: 'mixture', normal: scaled(mixed, 1 / length(mixed)) };
    const opposite = { attribute: 'opposite', normal: scaled(a.normal, -1) };
    const two = conditionNormal(primal, [a, b]);
    const four = conditionNormal(primal, [mixture, opposite, b, a]);
    expect(four.residual).toBeCloseTo(two.residual, 12);
    expect(cosine(four.conditionedNormal, two.conditionedNormal)).toBeCloseTo(1, 12);
  });
});

test('without locks the normal stays as it is, and a lock on itself does not count', () => {
  const [primal] = randomDirections(2, 1, 16) as [Normal];
  for (const locks of [[], [primal]]) {
    const { conditionedNormal, residual } = conditionNormal(primal, locks);
    expect(residual).toBeCloseTo(1, 12);
    expect(cosine(conditionedNormal, primal.normal)).toBeCloseTo(1, 12);
  }
});

describe('a direction that the locks use up', () => {
  const across = (angle: number) => Float64Array.of(Math.cos(angle), Math.sin(angle), 0);
  const primal = { attribute: 'Goatee', normal: Float64Array.of(1, 0, 0) };
  const lock = { attribute: 'Mustache', normal: across(Math.asin(0.049)) };

  test('is an error that names the locks; a little more is none', () => {
    expect(() => conditionNormal(primal, [lock])).toThrow(UserError);
    expect(() => conditionNormal(primal, [lock])).toThrow(/cannot move Goatee: .* got 4\.9 % with Mustache locked/);
    const barely = { attribute: 'Mustache', normal: across(Math.asin(0.051)) };
    expect(conditionNormal(primal, [barely]).residual).toBeCloseTo(0.051, 12);
  });

  test('names the worst of many locks first', () => {
    const others = randomDirections(3, 11, 3);
    expect(() => conditionNormal(primal, [...others, lock])).toThrow(/with Mustache, .* and 9 more locked/);
    expect(projectOut(primal, [...others, lock]).residual).toBeLessThan(1e-12);
  });
});
