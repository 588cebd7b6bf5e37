// Moves as people type them.
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { formatMove, parseMove } from '../../../src/core/latent/moves.ts';

describe('parseMove', () => {
  test.each([
    ['Young=-2', { attribute: 'Young', kind: 'relative', strength: -2 }],
    ['Young=+.5', { attribute: 'Young', kind: 'relative', strength: 0.5 }],
    [' 5_o_Clock_Shadow = 1e-1 ', { attribute: '5_o_Clock_Shadow', kind: 'relative', strength: 0.1 }],
    ['Young=@1.5', { attribute: 'Young', kind: 'absolute', distance: 1.5 }],
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

  test('suggests the attribute that was meant', () => {
    expect(() => parseMove('Yuong=1')).toThrow('unknown attribute "Yuong". Did you mean "Young"?');
  });
});
