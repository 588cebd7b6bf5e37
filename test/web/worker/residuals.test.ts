// The share that locks leave is told as the next move meets it: in a straight line alike everywhere, on a curve by face.
import { afterAll, expect, test } from 'vitest';
import { loadBundle } from '../../../src/core/editor/face-editor.ts';
import { hashBytes } from '../../../src/node/artefacts/bundle.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { residualsOf } from '../../../src/web/worker/residuals.ts';
import { makeTinyBundle, readerOf } from '../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../helpers/tiny-networks.ts';

const files = await makeTinyBundle({}, 32, undefined, [], { field: true, kind: tinyStyle });
const editor = await loadBundle(cpuDevice(1), readerOf(files), hashBytes);
afterAll(() => editor.release());
const locks = ['Male', 'Smiling'];
const edit = { seed: 3, moves: [], locks, geometry: editor.geometry, hold: 'linear' } as const;

test('a straight line has the share of the direction that is conditioned, whatever the face', () => {
  const { residual } = editor.condition('Young', locks);
  for (const seed of [3, 4]) {
    const found = residualsOf(editor, { edit: { ...edit, seed }, holds: { Young: 'linear' } });
    expect(found.Young).toBeCloseTo(residual, 12);
  }
});

test('a curve has that of a short move from where the edit ends', () => {
  const at = (seed: number) => {
    const held = {
      ...edit,
      seed,
      moves: [{ attribute: 'Bangs', kind: 'relative', strength: 0.5 }],
      hold: 'field',
    } as const;
    const { latent } = editor.edit(held);
    const moved = editor.edit({ latent, moves: ['Young=0.01'], locks, hold: 'field' });
    const found = residualsOf(editor, { edit: held, holds: { Young: 'field' } });
    expect(found.Young).toBeCloseTo(moved.steps[0]!.residual, 2);
    return found.Young!;
  };
  expect(at(3)).not.toBeCloseTo(at(4), 3);
});

test('a direction that the locks take whole has nothing left', () => {
  const others = editor.bundle.movable.map(({ attribute }) => attribute).filter(name => name !== 'Young');
  const holds = { Young: 'linear', Male: 'linear' } as const;
  expect(residualsOf(editor, { edit: { ...edit, locks: others }, holds })).toMatchObject({ Young: 0 });
});
