// Keeps page and model on this machine, so that they open without a network the next time.
import type { Studio } from '../../state/studio-state.ts';

/** The message to the service worker: addresses to keep. */
export interface KeepRequest {
  readonly keep: readonly string[];
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
    const request: KeepRequest = { keep: state.model.value!.loaded };
    active?.postMessage(request, [channel.port2]);
  } catch {
    state.offline.value = false;
  }
}
