// Checks that edits are judged by the safe range of the face that they are of: a photo has its own.
import { expect, test } from 'vitest';
import type { ScoredDirection } from '../../../../src/core/directions/scored.ts';
import type { Start } from '../../../../src/core/editing/start.ts';
import { loadBundle } from '../../../../src/core/editor/face-editor.ts';
import { hashBytes } from '../../../../src/node/artefacts/bundle.ts';
import { cpuDevice } from '../../../../src/node/devices/device.ts';
import { changeOf, warningsAbout } from '../../../../src/node/stages/edit/changes.ts';
import { paintedPhoto } from '../../../core/portraits/photos.ts';
import { makeTinyBundle, readerOf } from '../../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../../helpers/tiny-networks.ts';

const steep = [-4, 4].map((distance): [number, number] => [distance, 10 * distance]);
const known = (details: ScoredDirection): ScoredDirection =>
  details.boundary === null
    ? details
    : { ...details, boundary: { ...details.boundary, calibration: steep, safeRange: [-0.01, 0.01] } };

test('a photo is warned of beyond its own safe range alone, beside seeds beyond theirs', async () => {
  const files = await makeTinyBundle({}, 16, known, [], { kind: tinyStyle, encoder: true });
  const editor = await loadBundle(cpuDevice(1), readerOf(files), hashBytes);
  const photo = paintedPhoto(40, 30, (x, y) => [60 + 3 * x, 80 + 3 * y, 100]);
  const portrait = await editor.openPortrait(photo, { box: { x: 20, y: 15, side: 16, angle: 0 }, quick: true });
  const own = portrait.editor;
  const { distances } = own.edit({ ...portrait.start, moves: [] });
  const roomy = own.bundle.movable.find(({ attribute }) => {
    const [low, high] = own.direction(attribute).boundary!.safeRange!;
    return high > 0.2 && distances[attribute]! > low && distances[attribute]! < high;
  })!.attribute;
  const [, high] = own.direction(roomy).boundary!.safeRange!;
  const moved = async (name: string, by: typeof editor, start: Start, distance: number) => {
    const move = { attribute: roomy, kind: 'absolute', distance } as const;
    const edits = [by.edit({ ...start, moves: [move] })];
    const images = await by.render(edits.map(({ latent }) => latent));
    const face = { ...start, moves: [{ from: undefined, to: move }], locks: [] };
    return changeOf({ name, face, editor: by }, { edits, images });
  };
  const within = await moved('me.jpg', own, portrait.start, high - 0.05);
  expect(within.moves[0]!.safeRange).toEqual(own.direction(roomy).boundary!.safeRange);
  expect(warningsAbout(editor, [within])).toEqual([]);
  const beyond = await moved('you.jpg', own, portrait.start, high + 0.05);
  const seed = await moved('seed 1', editor, { seed: 1 }, high - 0.05);
  const line = (range: string, face: string) =>
    `${roomy} leaves its safe range, distances ${range}: other attributes may change (${face})`;
  const [low] = own.direction(roomy).boundary!.safeRange!;
  expect(warningsAbout(editor, [within, beyond, seed])).toEqual([
    line(`${low.toFixed(1)} to ${high.toFixed(1)}`, 'you.jpg'),
    line('-0.0 to 0.0', 'seed 1'),
  ]);
  await portrait.release();
  await editor.release();
});
