// The service around a tiny bundle, with its threads, for tests that ask it for faces.
import { type Bundle, readBundle } from '../../src/core/editor/bundle.ts';
import { hashBytes } from '../../src/node/artefacts/bundle.ts';
import { type ListenOptions, listen } from '../../src/node/server/listen.ts';
import { createService, type ServiceLimits, type ServiceOptions } from '../../src/node/server/service/app.ts';
import { openDrawer } from '../../src/node/server/service/drawer.ts';
import { makeTinyBundle, readerOf } from './tiny-bundle.ts';
import { tinyStyle } from './tiny-networks.ts';

export const tinyLimits: ServiceLimits = {
  bodyBytes: 20_000,
  photoBytes: 100_000,
  faces: 8,
  pixels: 100_000,
  seconds: 20,
  waiting: 64,
};

/** A tiny bundle that edits photos, too. */
export async function photoBundle(): Promise<Bundle> {
  const files = await makeTinyBundle({}, 16, undefined, [], { kind: tinyStyle, encoder: true });
  return readBundle(readerOf(files), hashBytes);
}

async function tinyBundle(): Promise<Bundle> {
  return readBundle(readerOf(await makeTinyBundle({}, 64, undefined, ['Dimples'], { field: true })), hashBytes);
}

/** @param changes what differs from an open service with small limits and a bundle that edits no photos. */
export async function openTinyService(changes: Partial<ServiceOptions> = {}) {
  const bundle = changes.bundle ?? (await tinyBundle());
  const drawer = changes.drawer ?? (await openDrawer(bundle, 1));
  const warnings: string[] = [];
  const service = createService({
    bundle,
    drawer,
    threads: 1,
    limits: tinyLimits,
    origins: [],
    log: { warn: message => warnings.push(message) },
    ...changes,
  });
  return {
    ...service,
    bundle,
    /** The lines of its log. */
    warnings,
    close: () => drawer.close(),
    listen: (options?: ListenOptions) => listen(service.app, '127.0.0.1', 0, options),
  };
}

export function posted(edit: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof edit === 'string' ? edit : JSON.stringify(edit),
  };
}
