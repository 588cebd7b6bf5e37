// Links: what was written comes back exactly, whatever it is; what is damaged is refused in a line.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attributeNames } from '../../../src/core/attributes.ts';
import { mostLatentNumbers } from '../../../src/core/editing/recipe.ts';
import { UserError } from '../../../src/core/errors.ts';
import { formatLink } from '../../../src/web/shared/link.ts';
import type { Edit } from '../../../src/web/shared/protocol.ts';
import { parseLink } from '../../../src/web/worker/read-link.ts';

const model = { name: 'a model. & more=#', sha256: 'ab'.repeat(32) };
const numbers = fc.double({ noDefaultInfinity: true, noNaN: true }).map(value => value + 0); // no −0: text has none
const attributes = fc.constantFrom(...attributeNames);
const edits: fc.Arbitrary<Edit> = fc
  .record({
    start: fc.oneof(
      fc.record({ seed: fc.maxSafeNat() }),
      fc.record({ seed: fc.maxSafeNat(), psi: fc.double({ min: 0, max: 2, noNaN: true }) }),
      fc.record({ latent: fc.array(numbers, { minLength: 1, maxLength: 20 }) }),
    ),
    moves: fc.array(
      fc.oneof(
        fc.record({ attribute: attributes, kind: fc.constant('relative' as const), strength: numbers }),
        fc.record({ attribute: attributes, kind: fc.constant('absolute' as const), distance: numbers }),
      ),
      { maxLength: 5 },
    ),
    locks: fc.uniqueArray(attributes, { maxLength: 5 }),
    geometry: fc.constantFrom('sphere' as const, 'linear' as const),
    hold: fc.constantFrom('linear' as const, 'field' as const),
    layers: fc.option(fc.dictionary(attributes, fc.tuple(fc.nat(16), fc.nat(16)), { minKeys: 1 })),
  })
  .map(({ start, layers, ...rest }) => ({ ...start, ...rest, ...(layers === null ? {} : { layers }) }));

test('every edit comes back exactly, also from an address', () => {
  fc.assert(
    fc.property(edits, edit => {
      const address = new URL('http://localhost/');
      address.hash = formatLink(edit, model);
      expect(parseLink(address.hash, model)).toEqual(edit);
    }),
  );
});

test('one that was made with an earlier form of the model opens, one of another model does not', () => {
  const edit: Edit = { seed: 12, moves: [], locks: [], geometry: 'sphere', hold: 'linear' };
  const link = formatLink(edit, model);
  expect(parseLink(link, { ...model, sha256: 'cd'.repeat(32), formerly: [model.sha256] })).toEqual(edit);
  expect(() => parseLink(link, { ...model, sha256: 'cd'.repeat(32) })).toThrow('was made with another model');
});

test('the longest latent comes back too', () => {
  const latent = Array.from({ length: mostLatentNumbers }, (_, i) => Math.sin(i));
  const edit: Edit = { latent, moves: [], locks: [], geometry: 'linear', hold: 'linear' };
  expect(parseLink(formatLink(edit, model), model)).toEqual(edit);
});

test('is readable', () => {
  const edit: Edit = {
    seed: 12,
    moves: [{ attribute: 'Young', kind: 'absolute', distance: -1.5 }],
    locks: ['Male', '5_o_Clock_Shadow'],
    geometry: 'sphere',
  };
  expect(formatLink(edit, { ...model, name: 'starter' })).toBe(
    'seed=12&move=Young=@-1.5&lock=Male&lock=5_o_Clock_Shadow&model=starter.abababababab',
  );
  const truncated: Edit = { seed: 12, psi: 0.8, moves: [], locks: [], geometry: 'linear', layers: { Young: [0, 2] } };
  expect(formatLink(truncated, { ...model, name: 'style' })).toBe(
    'seed=12&psi=0.8&layers=Young:0-2&geometry=linear&model=style.abababababab',
  );
  expect(parseLink('', model)).toBeUndefined();
  expect(parseLink('#', model)).toBeUndefined();
});

test('nothing worse than a UserError, whatever it is', () => {
  const damage = fc.tuple(edits, fc.nat(), fc.string({ maxLength: 3 })).map(([edit, at, text]) => {
    const link = formatLink(edit, model);
    const place = at % link.length;
    return link.slice(0, place) + text + link.slice(place + 1);
  });
  fc.assert(
    fc.property(fc.oneof(damage, fc.string({ maxLength: 200 })), link => {
      try {
        parseLink(link, model);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        expect((error as Error).message).not.toContain('\n');
      }
    }),
  );
});
