// Opens model bundles from web addresses.
import { type FaceEditor, loadBundle } from '../../core/bundle/face-editor.ts';
import { UserError } from '../../core/errors.ts';
import { wasmDevice } from './device.ts';

async function fetchBytes(address: URL): Promise<Uint8Array> {
  const response = await fetch(address).catch((error: unknown) => {
    throw new UserError(`${address} cannot be loaded: ${(error as Error).message}. Check the connection`);
  });
  if (!response.ok) throw new UserError(`${address} cannot be loaded: the server answers ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** @returns SHA-256 in hexadecimal. Browsers offer it on https and on localhost. */
async function hashBytes(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
  return Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @param url the bundle's folder. @param threads more than one needs a page that is cross-origin isolated.
 * @throws UserError naming the file that is missing, damaged or of another version.
 */
export function fetchBundle(url: string | URL, { threads = 1 } = {}): Promise<FaceEditor> {
  const folder = new URL(url, globalThis.location?.href);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  const place = folder.href.replace(/\/$/, '');
  return loadBundle(wasmDevice(threads), name => fetchBytes(new URL(name, folder)), hashBytes, place);
}
