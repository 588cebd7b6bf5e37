// Bundles from web addresses: the browser's loader and runtime, run in Node against the disk's.
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { toUint8 } from '../../../src/core/images/pixels.ts';
import { openBundle } from '../../../src/node/artefacts/bundle.ts';
import { fetchBundle } from '../../../src/web/worker/bundle.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { type Files, makeTinyBundle, writeTinyBundle } from '../../helpers/tiny-bundle.ts';
import { tinyStyle } from '../../helpers/tiny-networks.ts';

const folder = join(temporaryFolder(), 'tiny');
const address = 'https://example.org/models/tiny';
let files: Files;
beforeAll(async () => {
  await writeTinyBundle(folder);
  files = await makeTinyBundle();
});

/** Answers as a web server that has these files. */
function serve(served: Files): void {
  vi.stubGlobal('fetch', async (url: URL) => {
    const bytes = served[`${url.origin}${url.pathname}`.replace(`${address}/`, '')];
    return bytes === undefined ? new Response(null, { status: 404 }) : new Response(new Uint8Array(bytes));
  });
}
afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([address, `${address}/`])('shows the same face as from the disk, within 2 of 255: %s', async url => {
  serve(files);
  const [here, there] = [await openBundle(folder, { threads: 1 }), await fetchBundle(url)];
  expect(there.bundle.sha256).toBe(here.bundle.sha256);
  const request = { seed: 7, moves: ['Young=-0.5'], locks: ['Male'] };
  const [a, b] = await Promise.all(
    [here, there].map(async editor => toUint8(await editor.render([editor.edit(request).latent]))),
  );
  expect(Math.max(...a!.map((value, i) => Math.abs(value - b![i]!)))).toBeLessThanOrEqual(2);
  await here.release();
  await there.release();
});

test('what finds faces here finds that of a photo', async () => {
  serve(await makeTinyBundle({}, 16, undefined, [], { kind: tinyStyle, encoder: true }));
  const photo = { width: 16, height: 16, channels: 3, pixels: new Uint8Array(16 * 16 * 3) } as const;
  const findFaces = vi.fn(async () => []);
  const editor = await fetchBundle(address, { findFaces });
  await expect(editor.openPortrait(photo)).rejects.toThrow('no face was found in the photo');
  expect(findFaces).toHaveBeenCalledWith(photo, undefined);
  await editor.release();
});

test('what cannot be loaded, and what was changed on the way, is named by its address', async () => {
  serve({ ...files, 'boundaries.npy': files['boundaries.npy']!.map((byte, i) => (i === 200 ? byte ^ 1 : byte)) });
  await expect(fetchBundle(address)).rejects.toThrow(`${address}/boundaries.npy was changed`);
  serve({});
  await expect(fetchBundle(address)).rejects.toThrow(`${address}/bundle.json cannot be loaded: the server answers 404`);
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('network down');
  });
  await expect(fetchBundle(address)).rejects.toThrow(UserError);
  await expect(fetchBundle(address)).rejects.toThrow('cannot be loaded: network down');
});

test.each<[string, string, object | null, string]>([
  ['no address', 'models/tiny', {}, 'the address of a bundle must be a URL, such as .*; got "models/tiny"'],
  ['no options', address, null, 'options must be an object; got null'],
  ...['1', 0, 1.5, Number.NaN, null].map((threads): [string, string, object, string] => {
    return [`${threads} threads`, address, { threads }, 'threads must be a whole number from 1; got .+'];
  }),
])('%s is told by a promise that fails, before anything is loaded', async (_, url, options, message) => {
  const fetched = vi.fn();
  vi.stubGlobal('fetch', fetched);
  const error = await fetchBundle(url, options as never).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toMatch(new RegExp(`^${message}$`));
  expect(fetched).not.toHaveBeenCalled();
});
