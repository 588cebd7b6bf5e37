// Builds the studio: a folder of static files with ONNX Runtime and the shipped model, for any web server.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const root = import.meta.dirname;
const publicFolder = join(root, 'src/web/public');
const packageOfRuntime = createRequire(import.meta.url).resolve('onnxruntime-web/wasm');
const runtimeFolder = dirname(packageOfRuntime);
const { version } = JSON.parse(readFileSync(join(runtimeFolder, '../package.json'), 'utf8'));

/** ONNX Runtime's files are copied as they are, because its threads start again from the address of its module. */
const builds = { wasm: 'ort-wasm-simd-threaded', webgpu: 'ort-wasm-simd-threaded.jspi' };
const runtimePath = (file: string) => `runtime/${version}/${file}`;

const runtimeFiles = Object.fromEntries(
  Object.entries(builds).map(([kind, name]) => {
    const wasmBytes = statSync(join(runtimeFolder, `${name}.wasm`)).size;
    return [kind, { mjs: runtimePath(`${name}.mjs`), wasm: runtimePath(`${name}.wasm`), wasmBytes }];
  }),
);

/** The folders of packages whose code is in the page or its workers, which are built before it. */
const packages = new Set([resolve(runtimeFolder, '..')]);

/** Notes the packages that come into what is built. */
function notesPackages(): Plugin {
  return {
    name: 'notes-packages',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter(file => file.type === 'chunk');
      for (const id of chunks.flatMap(({ moduleIds }) => moduleIds)) {
        const [folder] = /^.*\/node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(id) ?? [];
        if (folder !== undefined) packages.add(folder);
      }
    },
  };
}

/** Authors of packages that come without a file of their licence, which is MIT. */
const holders: Readonly<Record<string, string>> = { 'onnxruntime-web': 'Microsoft Corporation' };

/** @returns the licences of all packages in the page, which ask to be passed on with them. */
function licences(): string {
  const each = [...packages].sort().map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find(path => /^licen[cs]e/i.test(path));
    if (file === undefined && holders[name] === undefined) throw new Error(`${name} must have a file of its licence`);
    const path = file === undefined ? join(root, 'LICENSE') : join(folder, file);
    const text = readFileSync(path, 'utf8').trim();
    const own = file === undefined ? text.replace(/^Copyright.*$/m, `Copyright (c) ${holders[name]}`) : text;
    return `${name} ${version} (${license})\n\n${own}\n`;
  });
  return each.join(`\n${'-'.repeat(80)}\n\n`);
}

/** Puts runtime, the networks that find faces, and model beside the page, and the list of the page's files into its service worker. */
function filesBesideThePage(model: string): Plugin {
  return {
    name: 'files-beside-the-page',
    generateBundle(_, bundle) {
      const publicFiles = readdirSync(publicFolder);
      const page = [...Object.keys(bundle).filter(name => !/service-worker|\.map$/.test(name)), ...publicFiles].sort();
      const worker = Object.values(bundle).find(file => file.fileName === 'service-worker.js');
      if (worker?.type !== 'chunk') throw new Error('the build made no service-worker.js');
      // Vite adds index.html to the bundle only later. The names that it puts there are hashed below.
      const hash = createHash('sha256')
        .update(worker.code)
        .update(readFileSync(join(root, 'src/web/index.html')));
      for (const name of page) {
        const file = bundle[name];
        if (file === undefined) hash.update(name).update(readFileSync(join(publicFolder, name)));
        else hash.update(name).update(file.type === 'chunk' ? file.code : file.source);
      }
      worker.code = worker.code
        .replaceAll('pageFiles', () => JSON.stringify(['./', ...page]))
        .replaceAll('pageVersion', () => JSON.stringify(hash.digest('hex').slice(0, 16)));
      const emit = (fileName: string, path: string) =>
        this.emitFile({ type: 'asset', fileName, source: readFileSync(path) });
      for (const name of Object.values(builds)) {
        for (const file of [`${name}.mjs`, `${name}.wasm`]) emit(runtimePath(file), join(runtimeFolder, file));
      }
      for (const name of ['detector.onnx', 'landmarks.onnx', 'LICENSE']) {
        emit(`face-finder/${name}`, join(root, 'models/face-finder', name));
      }
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: licences() });
      const index = JSON.parse(readFileSync(join(model, 'bundle.json'), 'utf8'));
      for (const file of ['bundle.json', ...Object.keys(index.files)]) emit(`bundle/${file}`, join(model, file));
    },
  };
}

export default defineConfig({
  root: join(root, 'src/web'),
  base: './',
  define: { runtimeFiles: JSON.stringify(runtimeFiles) },
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'production'] },
  worker: {
    format: 'es',
    plugins: () => [notesPackages()],
    rolldownOptions: {
      output: { entryFileNames: 'assets/[name]-[hash].js', chunkFileNames: 'assets/[name]-[hash].js' },
    },
  },
  plugins: [notesPackages(), filesBesideThePage(resolve(root, 'models/celeba-64'))],
  build: {
    outDir: join(root, 'dist/studio'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { page: join(root, 'src/web/index.html'), 'service-worker': join(root, 'src/web/service-worker.ts') },
      output: {
        entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});
