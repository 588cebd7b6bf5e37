// Moves as people type them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asLatentMove, formatMove, parseMove } from '../../../src/core/editing/moves.ts';
import { UserError } from '../../../src/core/errors.ts';

describe('parseMove', () => {
  test.each([
    ['Young=-2', { attribute: 'Young', kind: 'relative', strength: -2 }],
    ['Young=+.5', { attribute: 'Young', kind: 'relative', strength: 0.5 }],
    [' 5_o_Clock_Shadow = 1e-1 ', { attribute: '5_o_Clock_Shadow', kind: 'relative', strength: 0.1 }],
    ['Young=@1.5', { attribute: 'Young', kind: 'absolute', distance: 1.5 }],
    ['Young=p90', { attribute: 'Young', kind: 'probability', probability: 0.9 }],
    ['Young=P29.5', { attribute: 'Young', kind: 'probability', probability: 0.295 }],
    ['Young=@-1.', { attribute: 'Young', kind: 'absolute', distance: -1 }],
  ])('reads %s', (text, move) => {
    expect(parseMove(text)).toEqual(move);
    expect(parseMove(formatMove(parseMove(text)))).toEqual(move);
  });

  test.each([
    '',
    'Young',
    'Young=',
    '=2',
    'Young=two',
    'Young=1=2',
    'Young=0x10',
    'Young=@',
    'Young=1e999',
    'Young=NaN',
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

test('in latent space there is no probability', () => {
  expect(asLatentMove(parseMove('Young=-2'))).toEqual(parseMove('Young=-2'));
  expect(() => asLatentMove(parseMove('Young=p90'))).toThrow('Young=p90 must be solved on the classifier first');
});
