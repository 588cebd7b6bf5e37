// A sweep moves faces along its plan: to the grid's distances, with the locks where they were.
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { ownJudge } from '../../../src/core/calibration/judge.ts';
import { lookAt } from '../../../src/core/calibration/probe.ts';
import { sweep } from '../../../src/core/calibration/sweep.ts';
import { distanceTo } from '../../../src/core/editing/distances.ts';
import { length } from '../../../src/core/math/linear-algebra.ts';
import { openBundle } from '../../../src/node/artefacts/bundle.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../helpers/tiny-networks.ts';

const folder = temporaryFolder();
await writeTinyBundle(folder, tinyStyle.latentSize, undefined, [], { kind: tinyStyle, field: true });

test.each(['linear', 'field'] as const)('in the %s way', async hold => {
  const editor = await openBundle(folder, { threads: 1 });
  const judge = ownJudge(editor);
  const faces = await lookAt(editor, judge, [1, 2, 3, 4]);
  const [moved, locked] = editor.bundle.movable;
  const render = vi.spyOn(editor, 'render');
  const found = await sweep(editor, judge, { moved: moved!.attribute, locks: [locked!.attribute], hold }, faces);
  const step = hold === 'field' ? 0.5 : 1;
  expect(found.distances).toEqual(Array.from({ length: 8 / step + 1 }, (_, at) => -4 + at * step));
  for (const [face, [latents]] of render.mock.calls.entries()) {
    const distances = latents.map(latent => distanceTo(moved!, latent));
    if (hold === 'field') {
      expect(latents[0]).toEqual(Float64Array.from(faces.latents[face]!)); // as it is, then points of its curve
      expect(latents.length).toBeGreaterThan(1);
    } else {
      for (const [at, distance] of distances.entries()) expect(distance).toBeCloseTo(found.distances[at]!, 5);
      const before = distanceTo(locked!, faces.latents[face]!);
      for (const latent of latents) expect(distanceTo(locked!, latent)).toBeCloseTo(before, 5);
    }
  }
  expect(render).toHaveBeenCalledTimes(4);
  await editor.release();
});

test('figures of a distance stand for a tenth of the faces, not of the points on their curves', async () => {
  const editor = await openBundle(folder, { threads: 1 });
  const moved = editor.bundle.movable[0]!;
  const faces = await lookAt(
    editor,
    ownJudge(editor),
    Array.from({ length: 15 }, (_, seed) => seed),
  );
  const render = vi.spyOn(editor, 'render');
  const found = await sweep(editor, ownJudge(editor), { moved: moved.attribute, locks: [], hold: 'field' }, faces);
  const places = render.mock.calls.map(([points]) =>
    points.map(point => Math.round(2 * (distanceTo(moved, point) + 4))).filter(place => place >= 0 && place <= 16),
  );
  const facesAt = found.distances.map((_, at) => places.filter(own => own.includes(at)).length);
  const pointsAt = found.distances.map((_, at) => places.flat().filter(place => place === at).length);
  expect(found.logits.map(Number.isNaN)).toEqual(facesAt.map(count => count < 1.5));
  expect(found.flips.map(Number.isNaN)).toEqual(facesAt.map(count => count < 1.5));
  expect(facesAt.some((count, at) => count === 1 && pointsAt[at]! > 1)).toBe(true);
  await editor.release();
});

test('on the sphere a face counts for the distance that it has there, however long its latent was drawn', async () => {
  const onSphere = join(folder, 'sphere');
  await writeTinyBundle(onSphere, 8, undefined, [], { field: true });
  const editor = await openBundle(onSphere, { threads: 1 });
  const render = vi.spyOn(editor, 'render');
  const drawn = await lookAt(editor, ownJudge(editor), [1, 2]);
  render.mockClear();
  const longer = { ...drawn, latents: drawn.latents.map(latent => latent.map(x => 3 * x)) };
  await sweep(
    editor,
    ownJudge(editor),
    { moved: editor.bundle.movable[0]!.attribute, locks: [], hold: 'field' },
    longer,
  );
  for (const [latents] of render.mock.calls) {
    for (const latent of latents) expect(length(latent)).toBeCloseTo(Math.sqrt(8), 9);
  }
  expect(render).toHaveBeenCalledTimes(2);
  await editor.release();
});

test('where the locks leave no way there is nothing to tell', async () => {
  const editor = await openBundle(folder, { threads: 1 });
  const judge = ownJudge(editor);
  const { attribute } = editor.bundle.movable[0]!;
  const plan = { moved: attribute, locks: editor.bundle.movable.slice(1).map(each => each.attribute) };
  const { logits, flips } = await sweep(editor, judge, plan, await lookAt(editor, judge, [1]));
  expect([...logits, ...flips].every(Number.isNaN)).toBe(true);
  await editor.release();
});
