// The registry of actions: it is whole, no two ask for the same key, and components have no other way to write.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Action, keyNames } from '../../../src/web/page/actions/action.ts';
import { applyEdit } from '../../../src/web/page/actions/edit/apply-edit.ts';
import { handleKeyDown } from '../../../src/web/page/actions/keyboard.ts';
import { actions, actionsIn } from '../../../src/web/page/actions/registry.ts';
import { viewOf } from '../../../src/web/page/components/common/studio-context.ts';
import { faceOf } from '../../../src/web/page/state/edits.ts';
import { createState, type Studio } from '../../../src/web/page/state/studio-state.ts';

const byId = (a: Action, b: Action) => a.id.localeCompare(b.id);
const folder = join(import.meta.dirname, '../../../src/web/page/actions');

test('every action is in the list, once', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.ts'));
  const made = files.filter(path => /: Action = \{/.test(readFileSync(join(folder, path), 'utf8')));
  const idsByFile = made.map(path => /\/([\w-]+)\.ts$/.exec(path)![1]!);
  expect(actions.map(({ id }) => id).sort()).toEqual(idsByFile.sort());
});

test('no two actions have the same key', () => {
  const keys = actions.flatMap(({ keys = [] }) => keys.map(key => keyNames(key).join('+')));
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).toEqual(expect.arrayContaining(['B', 'L', '/', '?', 'Ctrl+Z', 'Ctrl+Shift+Z', 'Ctrl+Y']));
});

test.each([
  ['z', 'KeyY', true], // where the layout has Z in another place
  ['я', 'KeyZ', true], // where it has no Latin letters
  ['я', 'KeyQ', false],
])('%s on %s with Ctrl goes back a step: %s', (key, code, isUndone) => {
  vi.stubGlobal('HTMLInputElement', class {});
  vi.stubGlobal('HTMLTextAreaElement', class {});
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  const studio: Studio = { state: createState(), faceWorker: undefined as never };
  applyEdit(studio, faceOf(1), 'Face 1');
  applyEdit(studio, faceOf(2), 'Face 2');
  const pressed = { key, code, ctrlKey: true, metaKey: false, shiftKey: false, altKey: false, repeat: false };
  handleKeyDown(studio, { ...pressed, target: null, preventDefault: () => {} } as unknown as KeyboardEvent);
  expect(studio.state.edit.value).toEqual(faceOf(isUndone ? 1 : 2));
});

test('what has a place in the header is in its group there, with an icon, and nothing else is', () => {
  const placed = actions.filter(({ place }) => place !== undefined);
  const places = [...new Set(placed.map(({ place }) => place!))];
  const header = readFileSync(join(folder, '../components/header/header.tsx'), 'utf8');
  const groups = [...header.matchAll(/<Buttons place="(\w+)" \/>/g)].map(([, place]) => place);
  expect(groups.sort()).toEqual([...places].sort());
  expect(places.flatMap(actionsIn).sort(byId)).toEqual(placed.toSorted(byId));
  expect(placed.filter(({ icon }) => icon === undefined)).toEqual([]);
  // Where a window is narrow, the word goes and the icon stays.
  expect(placed.filter(({ look, hint }) => look === undefined && hint === undefined)).toEqual([]);
});

test('an action is enabled only where it can do something', () => {
  const state = createState();
  const disabled = actions.filter((action: Action) => action.enabled?.(state) === false).map(({ id }) => id);
  expect(disabled).toEqual(expect.arrayContaining(['more-faces', 'play', 'undo', 'redo', 'reset-all']));
});

test('a view of the studio reads state, and writes only through actions', () => {
  const studio: Studio = { state: createState(), faceWorker: undefined as never }; // nothing here computes
  const { state, act } = viewOf(studio);
  // @ts-expect-error components are given signals that they cannot set
  const wrong = () => (state.units.value = 'distance');
  expect(typeof wrong).toBe('function');
  act(({ state }, text: string) => {
    state.query.value = text;
  }, 'smile');
  expect(state.query.value).toBe('smile');
});

test('components and others that show state set no value of it', () => {
  const page = join(folder, '..');
  const paths = ['components', 'display'].flatMap(name =>
    readdirSync(join(page, name), { recursive: true, encoding: 'utf8' }).map(path => join(name, path)),
  );
  const writes = paths
    .filter(path => /\.tsx?$/.test(path))
    .filter(path => /\bstate\.\w+\.value\s*(=[^=>]|\+=|\+\+)/.test(readFileSync(join(page, path), 'utf8')));
  expect(writes).toEqual([]);
});
