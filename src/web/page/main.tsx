// Starts the studio on its page.
import { firstWorker, startWorker } from './start-worker.ts';
import './style.css';
import { render } from 'preact';
import type { LoadRequest, RuntimeAddress } from '../shared/protocol.ts';
import { createStudio, followAddress, load, retry } from './actions/session/load.ts';
import { App } from './components/app.tsx';
import { StudioContext, viewOf } from './components/common/studio-context.ts';

/** The addresses of ONNX Runtime's files, relative to the page; the build puts them in. */
declare const runtimeFiles: LoadRequest['runtimes'];

/** Networks this small gain nothing from more threads. */
const maxThreads = 4;

/** `?device=wasm`, `?device=webgpu` and `?threads=1` are for measuring and for finding faults. */
function requestOf(page: URL): LoadRequest {
  const address = ({ mjs, wasm, wasmBytes }: RuntimeAddress) => ({
    mjs: new URL(mjs, page).href,
    wasm: new URL(wasm, page).href,
    wasmBytes,
  });
  const wished = Number(page.searchParams.get('threads') ?? navigator.hardwareConcurrency);
  return {
    bundle: new URL('./bundle/', page).href,
    faceFinder: new URL('./face-finder/', page).href,
    device: (['wasm', 'webgpu'] as const).find(device => device === page.searchParams.get('device')) ?? 'auto',
    // Without the headers that isolate the page, browsers offer no memory that threads could share.
    threads: crossOriginIsolated && wished >= 1 ? Math.min(maxThreads, Math.floor(wished)) : 1,
    runtimes: { wasm: address(runtimeFiles.wasm), webgpu: address(runtimeFiles.webgpu) },
  };
}

const request = requestOf(new URL(document.baseURI));
const studio = createStudio(firstWorker);
render(
  <StudioContext.Provider value={viewOf(studio)}>
    <App onRetry={() => retry(studio, request, startWorker)} />
  </StudioContext.Provider>,
  document.querySelector('#app')!,
);
addEventListener('hashchange', () => followAddress(studio));
await load(studio, request);
