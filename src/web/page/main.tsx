// Starts the studio on its page.
import { render } from 'preact';
import type { LoadRequest, RuntimeAddress } from '../shared/protocol.ts';
import { createStudio, followAddress, load, retry } from './actions/load.ts';
import { App } from './components/app.tsx';
import { StudioContext } from './components/studio-context.ts';

/** Put in when the page is built: where it has ONNX Runtime's files, relative to the page. */
declare const runtimeFiles: LoadRequest['runtimes'];

/** More threads than this do nothing for networks this small. */
const mostThreads = 4;

function startWorker(): Worker {
  return new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module', name: 'engine' });
}

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
    device: (['wasm', 'webgpu'] as const).find(device => device === page.searchParams.get('device')) ?? 'auto',
    // Without the headers that isolate the page, browsers offer no memory that threads could share.
    threads: crossOriginIsolated && wished >= 1 ? Math.min(mostThreads, Math.floor(wished)) : 1,
    runtimes: { wasm: address(runtimeFiles.wasm), webgpu: address(runtimeFiles.webgpu) },
  };
}

const request = requestOf(new URL(document.baseURI));
const studio = createStudio(startWorker);
render(
  <StudioContext.Provider value={studio}>
    <App onRetry={() => retry(studio, request, startWorker)} />
  </StudioContext.Provider>,
  document.querySelector('#app')!,
);
addEventListener('hashchange', () => followAddress(studio));
await load(studio, request);
