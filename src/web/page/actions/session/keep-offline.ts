// Keeps page and model on this machine, so that they open without a network the next time.
import type { Studio } from '../../state/studio-state.ts';

/** The message to the service worker. */
export interface KeepRequest {
  /** Addresses to keep: the model's files and ONNX Runtime's. Those with a parameter `sha256` must have that hash. */
  readonly files: readonly string[];
  /** The one of them that is the model's index, and the hash that it says. */
  readonly index: string;
  readonly sha256: string;
}

/** Does nothing where service workers are forbidden or missing; the page works without them. */
export async function keepOffline({ state }: Studio): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register(new URL('./service-worker.js', document.baseURI));
    const { active } = await navigator.serviceWorker.ready;
    const channel = new MessageChannel();
    channel.port1.onmessage = ({ data }: MessageEvent<boolean>) => {
      state.offline.value = data;
    };
    const { loaded: files, index } = state.engine.value!;
    const request: KeepRequest = { files, index, sha256: state.model.value!.sha256 };
    active?.postMessage(request, [channel.port2]);
  } catch {
    state.offline.value = false;
  }
}
