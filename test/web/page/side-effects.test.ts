// Side effects of a slider: those that are named while some of them are locked.
import { expect, test } from 'vitest';
import { sideEffectsOf } from '../../../src/web/page/display/side-effects.ts';
import type { Model } from '../../../src/web/shared/protocol.ts';
import type { ShownDirection } from '../../../src/web/shared/shown-direction.ts';

const facts = (attribute: string) => ({ attribute, threshold: 0, boundary: { intercept: 0 }, controllable: true });
const directions = ['Young', 'Male', 'Smiling', 'Bald', 'Bangs'].map(facts);
const model = { directions } as unknown as Model;

test('what was measured without locks is named where it is not locked; what this face shows with them is named', () => {
  const change = (attribute: string, by: number) => ({ attribute, change: by });
  const movesWith = [change('Male', 0.4), change('Smiling', -0.3), change('Bald', 0.2), change('Bangs', 0.15)];
  const young = { ...facts('Young'), column: 0, suggestedLocks: ['Male'] } as ShownDirection;
  const measured = (locks: readonly string[]) => sideEffectsOf(model, { ...young, movesWith }, locks, []).movesWith;
  expect(measured([])).toEqual(movesWith.slice(0, 3));
  expect(measured(['Male'])).toEqual(movesWith.slice(1));
  expect(measured(['Male', 'Smiling', 'Bald', 'Bangs'])).toEqual([]);
  const frame = (male: number) => ({
    frame: { pixels: new Uint8ClampedArray(4), distances: {}, logits: Float32Array.of(0, male, 0, 0, 0) },
  });
  const shown = sideEffectsOf(model, young, ['Male'], [frame(-1), frame(1)]).movesWith;
  expect(shown.map(({ attribute }) => attribute)).toEqual(['Male']);
});
