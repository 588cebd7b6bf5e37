// Keeps the rooms in order, as the table in docs/architecture.md gives it: imports point up the table, without circles.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const source = join(root, 'src');

/** Rooms from the ground up: each holds its folders and files as paths within src. */
const rooms = roomsOf(readFileSync(join(root, 'docs/architecture.md'), 'utf8'));

function roomsOf(document: string): string[][] {
  const rows = document.split('\n').filter(line => /^\| `(core|node|web)\b/.test(line));
  return rows.map(row => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, path]) => path!));
}

function roomOf(path: string): number {
  return rooms.findIndex(row => row.some(room => path === room || path.startsWith(`${room}/`)));
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  path => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'),
);

/** The files of src that each of them imports. */
const imports = new Map(files.map(path => [path, importsOf(path)]));

function importsOf(path: string): string[] {
  const text = readFileSync(join(source, path), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target]) =>
    relative(source, resolve(source, dirname(path), target!)),
  );
}

/** @returns the first circle found among files that import each other, or undefined. */
function circle(): string[] | undefined {
  const done = new Set<string>();
  const visit = (path: string, above: string[]): string[] | undefined => {
    if (above.includes(path)) return [...above.slice(above.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const target of imports.get(path) ?? []) {
      const found = visit(target, [...above, path]);
      if (found !== undefined) return found;
    }
    done.add(path);
    return undefined;
  };
  for (const path of files) {
    const found = visit(path, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

test('the packages with programs in machine language are loaded by native-packages alone, when they are needed', () => {
  const loads = files.filter(path =>
    /^import (?!type\b)[^;]*from '(sharp|onnxruntime-node)'/m.test(readFileSync(join(source, path), 'utf8')),
  );
  expect(loads).toEqual([]);
});

test('the table in docs/architecture.md has the rooms of all three projects', () => {
  expect(new Set(rooms.flat().map(room => room.split('/')[0]))).toEqual(new Set(['core', 'node', 'web']));
  expect(rooms.length).toBeGreaterThan(25);
});

test('every source file stands in a room of the table, and every room has files', () => {
  expect(files.filter(path => roomOf(path) < 0)).toEqual([]);
  const used = new Set(files.map(roomOf));
  expect(rooms.filter((_, at) => !used.has(at))).toEqual([]);
});

test('imports point up the table, and web and node never meet', () => {
  const wrong = files.flatMap(path =>
    imports
      .get(path)!
      .filter(target => {
        const runtimes = new Set([path, target].map(each => each.split('/')[0]).filter(name => name !== 'core'));
        return roomOf(target) < 0 || roomOf(target) > roomOf(path) || runtimes.size > 1;
      })
      .map(target => `${path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('imports make no circles', () => {
  expect(circle()).toBeUndefined();
});

test('each file says in its first line why it exists', () => {
  const silent = files.filter(path => !/^\/\/ \S|^\/\*\*? \S/.test(readFileSync(join(source, path), 'utf8')));
  expect(silent).toEqual([]);
});

test('the page loads no schemas, which would be a third of it: the worker reads what comes from outside', () => {
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path) || !/\.tsx?$/.test(path)) return;
    seen.add(path);
    const text = readFileSync(join(source, path), 'utf8').replace(/^import type [^;]*;/gm, '');
    for (const [, target] of text.matchAll(/^(?:import|export) [^;]*'(\.[^']+)';/gm)) {
      visit(relative(source, resolve(source, dirname(path), target!)));
    }
  };
  visit('web/page/main.tsx');
  expect(seen.size).toBeGreaterThan(50);
  const withSchemas = [...seen].filter(path => /from 'zod'/.test(readFileSync(join(source, path), 'utf8')));
  expect(withSchemas).toEqual([]);
});
