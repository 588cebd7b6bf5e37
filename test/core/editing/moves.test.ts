// Moves as people type them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attributeNames, didYouMeanAttribute } from '../../../src/core/attributes.ts';
import { asLatentMove, formatMove, parseMove } from '../../../src/core/editing/moves.ts';
import { UserError } from '../../../src/core/errors.ts';

describe('parseMove', () => {
  test.each([
    ['Young=-2', { attribute: 'Young', kind: 'relative', strength: -2 }],
    ['Young=+.5', { attribute: 'Young', kind: 'relative', strength: 0.5 }],
    [' 5_o_Clock_Shadow = 1e-1 ', { attribute: '5_o_Clock_Shadow', kind: 'relative', strength: 0.1 }],
    ['Young=@1.5', { attribute: 'Young', kind: 'absolute', distance: 1.5 }],
    ['blond hair = 2', { attribute: 'blond hair', kind: 'relative', strength: 2 }], // the bundle knows how it is spelt
    ['Young=p90', { attribute: 'Young', kind: 'probability', probability: 0.9 }],
    ['Young=P29.5', { attribute: 'Young', kind: 'probability', probability: 0.295 }],
    ['Young=@-1.', { attribute: 'Young', kind: 'absolute', distance: -1 }],
    ['Young=−2', { attribute: 'Young', kind: 'relative', strength: -2 }], // the minus that this program prints
    ['Young=–0,5', { attribute: 'Young', kind: 'relative', strength: -0.5 }], // a dash, and a decimal comma
    ['Young=@−1,25', { attribute: 'Young', kind: 'absolute', distance: -1.25 }],
    ['Young=2 σ', { attribute: 'Young', kind: 'relative', strength: 2 }],
    ['Young=90%', { attribute: 'Young', kind: 'probability', probability: 0.9 }],
    ['Young=p90 %', { attribute: 'Young', kind: 'probability', probability: 0.9 }],
  ])('reads %s', (text, move) => {
    expect(parseMove(text)).toEqual(move);
    expect(parseMove(formatMove(parseMove(text)))).toEqual(move);
  });

  test.each([
    '',
    'Young',
    'Young=',
    '=2',
    ' =2',
    'blond\nhair=2',
    'Young=two',
    'Young=1=2',
    'Young=0x10',
    'Young=@',
    'Young=1e999',
    'Young=NaN',
    'Young=1,2,3',
    'Young=1.5,2',
    'Young=@90%',
    'Young=p90σ',
    'Young=−−2',
  ])('refuses "%s" and shows how it is done', text => {
    expect(() => parseMove(text)).toThrow(UserError);
    expect(() => parseMove(text)).toThrow(/like Young=-2; got/);
  });

  test.each(['Young=p0', 'Young=p100', 'Young=p-5', 'Young=p99.99999999999999999'])('refuses "%s"', text => {
    expect(() => parseMove(text)).toThrow(UserError);
    expect(() => parseMove(text)).toThrow('a probability must lie between 0 and 100 %, like Young=p90; got');
  });
});

test('a probability is written with the digits it was given', () => {
  const percents = fc.integer({ min: 1, max: 99_999 }).map(thousandths => thousandths / 1000);
  fc.assert(
    fc.property(percents, percent => {
      expect(formatMove(parseMove(`Young=p${percent}`))).toBe(`Young=p${percent}`);
    }),
  );
});

test.each([
  [{ attribute: 'Young', strength: 1 }, "a move's kind must be relative or absolute or probability; got undefined"],
  [
    { attribute: 'Young', kind: 'to', strength: 1 },
    "a move's kind must be relative or absolute or probability; got to",
  ],
  [{ attribute: 'Young', kind: 'relative' }, "a move's strength must be a number; got undefined"],
  [
    { attribute: 'Young', kind: 'probability', probability: '0.5' },
    'a move\'s probability must be a number; got "0.5"',
  ],
  [{ kind: 'relative', strength: 1 }, "a move's attribute must be text; got undefined"],
])('%o is no move, and is not written as one', (move, message) => {
  expect(() => formatMove(move as never)).toThrow(message);
});

test('in latent space there is no probability', () => {
  expect(asLatentMove(parseMove('Young=-2'))).toEqual(parseMove('Young=-2'));
  expect(() => asLatentMove(parseMove('Young=p90'))).toThrow('Young=p90 must be solved on the classifier first');
});

test('other words for an attribute lead to it, with the sign they have', () => {
  const hint = (word: string, names: readonly string[] = attributeNames) => didYouMeanAttribute(word, names);
  expect(hint('age')).toBe(' Did you mean "Young", turned round: age=2 is Young=-2?');
  expect(hint('Glasses')).toBe(' Did you mean "Eyeglasses"?');
  expect(hint('open mouth')).toBe(' Did you mean "Mouth_Slightly_Open"?');
  for (const name of attributeNames) {
    for (const sign of [' ', '-']) {
      expect(hint(name.toLowerCase().replaceAll('_', sign))).toBe(` Did you mean "${name}"?`);
    }
  }
  expect(hint('Mael')).toBe(' Did you mean "Male"?');
  expect(hint('gna', ['gin', 'gan'])).toBe(' Did you mean "gan"?');
});

test('where no attribute is near, some of those that there are are told', () => {
  expect(didYouMeanAttribute('cat', ['dog', 'cow'])).toBe(' There are dog, cow');
  expect(didYouMeanAttribute('age', ['Wig', 'Scar'])).toBe(' There are Wig, Scar');
  expect(didYouMeanAttribute('cat', attributeNames)).toMatch(
    /^ There are 5_o_Clock_Shadow, .*, Blond_Hair and 30 more$/,
  );
  expect(didYouMeanAttribute('cat', [])).toBe('');
});
