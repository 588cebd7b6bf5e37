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
    rolldownOptions: {
      output: { entryFileNames: 'assets/[name]-[hash].js', chunkFileNames: 'assets/[name]-[hash].js' },
    },
  },
  plugins: [filesBesideThePage(resolve(root, 'models/celeba-64'))],
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
