// Figures of edits for a model that knows some of the report's attributes and not others.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FaceEditor } from '../../../../src/core/editor/face-editor.ts';
import { length } from '../../../../src/core/math/linear-algebra.ts';
import { openBundle } from '../../../../src/node/artefacts/bundle.ts';
import { pageHtml } from '../../../../src/node/presentation/html.ts';
import { groupsFigure } from '../../../../src/node/stages/report/figures/edits.ts';
import { ageFigure, locksFigure } from '../../../../src/node/stages/report/figures/faces.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../../helpers/tiny-networks.ts';

/** An editor as if its model had these directions alone. */
function withOnly(editor: FaceEditor, names: readonly string[]): FaceEditor {
  const isKnown = ({ attribute }: { readonly attribute: string }) => names.includes(attribute);
  const { directions, movable, ...facts } = editor.bundle;
  const bundle = { ...facts, directions: directions.filter(isKnown), movable: movable.filter(isKnown) };
  return new Proxy(editor, {
    get: (target, name) => {
      if (name === 'bundle') return bundle;
      if (name === 'attributes') return target.attributes.filter(attribute => names.includes(attribute));
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

test('a lock that the model does not know is named, and the strip is drawn without it', async () => {
  const folder = join(temporaryFolder(), 'tiny');
  await writeTinyBundle(folder, 32);
  const editor = await openBundle(folder, { threads: 1 });
  const few = withOnly(editor, ['Young', 'Male', 'Smiling']);
  const { body } = await locksFigure({ editor: few, psi: undefined, runs: { bundle: { folder } } } as never);
  const text = body.replaceAll(/<[^>]*>/g, ' ');
  expect(text).toContain('Bald could not be locked: the model does not know it.');
  expect(text).toContain('Eyeglasses (moved)');
  await editor.release();
});

test('of a model with a single direction it is said that there is nothing to lock, with no command for it', async () => {
  const folder = join(temporaryFolder(), 'single');
  await writeTinyBundle(folder, 32);
  const editor = await openBundle(folder, { threads: 1 });
  const sources = { editor: withOnly(editor, ['Smiling']), runs: { bundle: { folder } } } as never;
  const figures = [await ageFigure(sources), await locksFigure(sources)];
  expect(figures.map(({ caption }) => caption)).toEqual([expect.stringMatching(/^6 generated faces/), '']);
  expect(figures[1]!.body).toContain('no other to lock');
  expect(pageHtml('One', '', figures).match(/<pre/g)).toHaveLength(1);
  await editor.release();
});

test('a strip shows the faces nearest the mean one, no farther than the safe range; on the sphere the first', async () => {
  const style = join(temporaryFolder(), 'style');
  await writeTinyBundle(style, 32, undefined, undefined, { kind: tinyStyle, psi: 0.7 });
  const editor = await openBundle(style, { threads: 1 });
  const { boundary } = editor.bundle.directions.find(({ attribute }) => attribute === 'Young')!;
  boundary!.safeRange = [-1.25, 9];
  const { caption, command } = await ageFigure({ editor, runs: { bundle: { folder: style } } } as never);
  const shown = [
    ...caption
      .match(/seeds ([^a-z]*) and (\d+), of the first 40/)!
      .slice(1)
      .join(', ')
      .matchAll(/\d+/g),
  ];
  const lengths = Array.from({ length: 40 }, (_, seed) => length(editor.sample(seed)));
  const nearest = [...lengths.keys()].sort((a, b) => lengths[a]! - lengths[b]!).slice(0, 6);
  expect(shown.map(Number)).toEqual(nearest);
  expect(command).toContain('--move Young=3..-1.2');
  await editor.release();
  const sphere = join(temporaryFolder(), 'sphere');
  await writeTinyBundle(sphere, 32);
  const other = await openBundle(sphere, { threads: 1 });
  const first = await ageFigure({ editor: other, runs: { bundle: { folder: sphere } } } as never);
  expect(first.caption).toContain('seeds 0, 1, 2, 3, 4 and 5, one a row');
  expect(first.command).toContain('--move Young=3..-3 ');
  await other.release();
});

test('what the report found about age is told of models that move it', () => {
  const captionOf = (moved: string) => {
    const all = { faces: 2, agreement: 1, flips: 0, changes: [1, 0] };
    const edits = { attributes: [moved, 'Male'], effects: [{ moved, locked: false, all, women: all, men: all }] };
    return groupsFigure({ edits, runs: { evaluation: {} } } as never).caption;
  };
  expect(captionOf('Young')).toMatch(
    /from 10 % to 90 %: for Young, from old to young\. The report saw .* as they aged\.$/,
  );
  expect(captionOf('Red_Scarf')).toMatch(/from 10 % to 90 %\.$/);
});
