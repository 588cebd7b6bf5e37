// A typed probability becomes a distance that leads there: also beside moves of other layers, held by the field or not.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaceEditor } from '../../../src/core/editor/face-editor.ts';
import { UserError } from '../../../src/core/errors.ts';
import { openBundle } from '../../../src/node/artefacts/bundle.ts';
import { distanceFor } from '../../../src/web/worker/distance-for.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../helpers/tiny-networks.ts';

const folder = temporaryFolder();
await writeTinyBundle(
  folder,
  tinyStyle.latentSize,
  details =>
    details.boundary === null || details.attribute !== 'Male'
      ? details
      : { ...details, boundary: { ...details.boundary, layers: [0, 1] } },
  [],
  { kind: tinyStyle, field: true },
);
const editor = await openBundle(folder, { threads: 1 });
afterAll(() => editor.release());
const { latent: rows } = editor.edit({ seed: 2, moves: ['Male=+0.1'], hold: 'linear' });

test.each([
  ['field', 'a seed', { seed: 3 }],
  ['linear', 'a seed', { seed: 3 }],
  ['field', 'a latent of rows', { latent: [...rows] }],
  ['linear', 'a latent of rows', { latent: [...rows] }],
] as const)('%s, from %s', async (hold, _, start) => {
  const male = { attribute: 'Male', kind: 'absolute', distance: 0.7 } as const;
  const edit = { ...start, moves: [male], locks: [], geometry: editor.geometry, hold };
  const young = { attribute: 'Young', kind: 'probability' } as const;
  // One that lies within reach, whatever the untrained networks answer.
  const { wanted } = await editor.resolve(
    { ...edit, moves: [male, { ...young, probability: 0.9 }] },
    { nearest: true },
  );
  const probability = wanted[0]!.reached;
  const { moves } = await editor.resolve({ ...edit, moves: [male, { ...young, probability }] });
  const distance = await distanceFor(editor, { edit, attribute: 'Young', probability });
  const byDistance = editor.edit({ ...edit, moves: [male, { attribute: 'Young', kind: 'absolute', distance }] });
  const byStrength = editor.edit({ ...edit, moves });
  for (const [at, x] of byDistance.latent.entries()) expect(x).toBeCloseTo(byStrength.latent[at]!, 5);
});

describe('out of reach, it says', () => {
  let starter: FaceEditor;
  beforeAll(async () => {
    starter = await openBundle(join(import.meta.dirname, '../../../models/starter'), { threads: 1 });
  });
  afterAll(() => starter.release());
  const wish = { attribute: 'Young', probability: 0.01 };
  const edit = { seed: 1, moves: [], locks: [], geometry: 'sphere', hold: 'linear' } as const;
  const closest = async (locks: readonly string[]) => {
    const moves = [{ ...wish, kind: 'probability' } as const];
    const { wanted } = await starter.resolve({ ...edit, moves, locks }, { nearest: true });
    return Number((100 * wanted[0]!.reached).toFixed(1));
  };

  test('what can be typed instead, and which locks are in the way', async () => {
    const refusal = `Young cannot be 1 % on this face; the closest is ${await closest([])} %. Type that`;
    await expect(distanceFor(starter, { edit, ...wish })).rejects.toThrow(new UserError(refusal));
    const locks = ['Male', 'Smiling'];
    const held = `the closest is ${await closest(locks)} %. Type that, or unlock the first of `;
    await expect(distanceFor(starter, { edit: { ...edit, locks }, ...wish })).rejects.toThrow(held);
  });

  test('that nothing is closer, where the face is there already', async () => {
    const probability = (await closest([])) / 100;
    const distance = await distanceFor(starter, { edit, ...wish, probability });
    const there = { ...edit, moves: [{ attribute: 'Young', kind: 'absolute', distance } as const] };
    const refusal = 'Young cannot be 1 % on this face; it comes no closer than it is. Take another face';
    await expect(distanceFor(starter, { edit: there, ...wish })).rejects.toThrow(new UserError(refusal));
  });
});
