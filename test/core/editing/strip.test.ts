// Strips go from one end of their moves to the other and hold the locks in every frame.
import { describe, expect, test } from 'vitest';
import { distanceTo, seenLatent } from '../../../src/core/editing/distances.ts';
import type { LatentMove } from '../../../src/core/editing/moves.ts';
import { editStrip, type MoveRange, parseMoveRange } from '../../../src/core/editing/strip.ts';
import { UserError } from '../../../src/core/errors.ts';
import { createRandom } from '../../../src/core/math/random.ts';
import { sampleLatents } from '../../../src/core/models/latents.ts';

const size = 16;
const directions = ['Young', 'Male', 'Smiling'].map((attribute, index) => ({
  attribute,
  normal: seenLatent(sampleLatents(createRandom(index + 1), 1, size), 'sphere').map(x => x / Math.sqrt(size)),
  intercept: 0.1 * index,
}));
const latent = sampleLatents(createRandom(9), 1, size);
const [young, male] = directions as [(typeof directions)[0], (typeof directions)[0]];
const range = (text: string) => parseMoveRange(text) as MoveRange<LatentMove>;

describe('a strip', () => {
  test('of one move starts at the face as it is', () => {
    const frames = editStrip({ latent, directions, locks: ['Male'] }, [range('Young=1.5')], 4);
    expect(frames.map(frame => frame.steps[0]!.strength)).toEqual([0, 0.5, 1, 1.5]);
    expect([...frames[0]!.latent]).toEqual([...seenLatent(latent, 'sphere')]);
    for (const frame of frames) {
      expect(distanceTo(male, frame.latent)).toBeCloseTo(distanceTo(male, seenLatent(latent, 'sphere')), 9);
    }
  });

  test('of a range has both ends', () => {
    const frames = editStrip({ latent, directions, locks: [] }, [range('Young=-1..2')], 3);
    expect(frames.map(frame => frame.steps[0]!.strength)).toEqual([-1, 0.5, 2]);
  });

  test('of absolute moves reaches its distances', () => {
    const frames = editStrip({ latent, directions, locks: ['Male'] }, [range('Young=@-1..@1')], 3);
    expect(frames.map(frame => distanceTo(young, frame.latent))).toEqual([-1, 0, 1].map(x => expect.closeTo(x, 9)));
  });

  test('of one frame shows the end', () => {
    const [frame] = editStrip({ latent, directions, locks: [] }, [range('Young=2')], 1);
    expect(frame!.steps[0]!.strength).toBe(2);
  });

  test('that goes too far tells the end that was asked for, not a frame on the way', () => {
    const strip = (text: string) => () => editStrip({ latent, directions, locks: [] }, [range(text)], 7);
    expect(strip('Young=30')).toThrow('steps of Young +30.00 leave it');
    expect(strip('Young=-30..1')).toThrow('steps of Young −30.00 leave it');
  });
});

// Three dots may mean 2 or 0.2.
test.each([
  ...['Young', 'Young=1..', 'Young=1..@2', 'Young=1..2..3', 'Young=p10..2'],
  ...['Young=-2...2', 'Young=-2....2', 'Young=0..2=5'],
])('%s is refused', text => {
  expect(() => parseMoveRange(text)).toThrow(UserError);
});
