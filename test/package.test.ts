// The npm package holds what its users need and little else: it is downloaded more often than it is built.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Rolldown } from 'vite';
import { expect, test } from 'vitest';
import { temporaryFolder } from './helpers/temp-folder.ts';

const root = resolve(import.meta.dirname, '..');

/** @returns the paths that `npm pack` would take, and its size in bytes. */
function packed(): { paths: string[]; size: number } {
  const said = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
  });
  const [{ files, size }] = JSON.parse(said) as [{ files: { path: string }[]; size: number }];
  return { paths: files.map(({ path }) => path), size };
}

test('the package has program, libraries and model, at most 16 MB, and nothing for developers alone', () => {
  const { paths, size } = packed();
  expect(paths).toEqual(
    expect.arrayContaining([
      'bin/face-tuning.js',
      'dist/core/index.d.ts',
      'dist/core/index.js',
      'dist/node/cli/main.js',
      'dist/node/index.js',
      'dist/web/index.js',
      'models/celeba-64/bundle.json',
      'models/celeba-64/generator.safetensors',
      'models/face-finder/detector.onnx',
      'models/face-finder/LICENSE',
    ]),
  );
  expect(paths.filter(path => /\.map$|\.tsbuildinfo$|^src\/|^test\/|^models\/[^/]+\/training\//.test(path))).toEqual(
    [],
  );
  expect(paths.filter(path => /^(dist\/bench|dist\/studio\/bundle|models\/starter)\//.test(path))).toEqual([]);
  const compiled = paths.filter(path => /^dist\/(core|node|web)\/.*\.(js|d\.ts)$/.test(path));
  expect(compiled.length).toBeGreaterThan(300);
  expect(compiled.filter(path => readFileSync(join(root, path), 'utf8').includes('//# sourceMappingURL='))).toEqual([]);
  expect(size).toBeLessThan(16e6); // with the studio, where it has been built: 8 are ONNX Runtime's, 6 the model's
});

test('a bundled program that uses one function of core carries little else of it', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/face-tuning'));
  const program = join(folder, 'program.js');
  writeFileSync(program, "import { parseMove } from 'face-tuning/core';\nconsole.log(parseMove('Young=1'));\n");
  const { output } = (await build({
    configFile: false,
    root: folder,
    logLevel: 'warn',
    build: { write: false, rolldownOptions: { input: program } },
  })) as Rolldown.RolldownOutput;
  const chunks = output.filter(file => file.type === 'chunk');
  expect(chunks.map(({ code }) => code).join('')).toContain('a move must be <attribute>');
  expect(chunks.reduce((sum, { code }) => sum + code.length, 0)).toBeLessThan(10_000);
});
