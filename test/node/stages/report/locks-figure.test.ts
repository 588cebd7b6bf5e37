// Figures of edits for a model that knows some of the report's attributes and not others.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBundle } from '../../../../src/node/artefacts/bundle.ts';
import { locksFigure } from '../../../../src/node/stages/report/figures/faces.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { writeTinyBundle } from '../../../helpers/tiny-bundle.ts';

test('a lock that the model does not know is named, and the strip is drawn without it', async () => {
  const folder = join(temporaryFolder(), 'tiny');
  await writeTinyBundle(folder, 32);
  const editor = await openBundle(folder, { threads: 1 });
  const isKnown = ({ attribute }: { readonly attribute: string }) => ['Young', 'Male', 'Smiling'].includes(attribute);
  const { directions, movable, ...facts } = editor.bundle;
  const bundle = { ...facts, directions: directions.filter(isKnown), movable: movable.filter(isKnown) };
  const few = new Proxy(editor, {
    get: (target, name) => {
      if (name === 'bundle') return bundle;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const { body } = await locksFigure({ editor: few, psi: undefined, runs: { bundle: { folder } } } as never);
  const text = body.replaceAll(/<[^>]*>/g, ' ');
  expect(text).toContain('Bald could not be locked: the model does not know it.');
  expect(text).toContain('Eyeglasses (moved)');
  await editor.release();
});
