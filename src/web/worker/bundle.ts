// Opens model bundles from web addresses.
import { bundleFiles, type Hash, type ReadFile } from '../../core/editor/bundle.ts';
import { type FaceEditor, loadBundle } from '../../core/editor/face-editor.ts';
import type { FindFaces } from '../../core/editor/portrait-finder.ts';
import { checkKind, shownArgument, UserError } from '../../core/errors.ts';
import { sha256 } from '../shared/sha256.ts';
import { type RuntimeFiles, wasmDevice } from './device.ts';
import { fetchBytes } from './fetch-bytes.ts';

/** @returns SHA-256 in hexadecimal. @throws UserError on a page that is neither on https nor on localhost. */
export const hashBytes: Hash = async bytes => {
  if (crypto.subtle === undefined) {
    throw new UserError('browsers check the hashes of a model only on https or on localhost. Open the page there');
  }
  return sha256(new Uint8Array(bytes));
};

/** A bundle's folder on the web, and its name in errors. */
export interface BundlePlace {
  readonly read: ReadFile;
  readonly place: string;
  /** Addresses of the files that have been read, the index first. */
  readonly addresses: readonly string[];
}

/**
 * Files are asked for with the hash that the index says, so that caches never give the file of another model.
 * @param onProgress is called with the bytes of a file that have been loaded so far.
 * @throws UserError for what is no address.
 */
export function bundleAt(url: string | URL, onProgress?: (name: string, bytes: number) => void): BundlePlace {
  const folder = addressOf(url);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  const addresses: string[] = [];
  let hashes: Readonly<Record<string, string>> = {};
  return {
    place: folder.href.replace(/\/$/, ''),
    addresses,
    read: async name => {
      const address = new URL(name, folder);
      if (hashes[name] !== undefined) address.searchParams.set('sha256', hashes[name]);
      addresses.push(address.href);
      const bytes = await fetchBytes(address, count => onProgress?.(name, count));
      if (name === bundleFiles.index) hashes = hashesIn(bytes);
      return bytes;
    },
  };
}

/** @param url may be relative to the page, where there is one. */
function addressOf(url: string | URL): URL {
  try {
    return new URL(url, globalThis.location?.href);
  } catch {
    throw new UserError(
      `the address of a bundle must be a URL, such as https://example.org/models/mine; got ${shownArgument(url)}`,
    );
  }
}

/** The hashes of files by name, as an index says; `readBundle` checks it later. */
function hashesIn(index: Uint8Array): Record<string, string> {
  const entries = new TextDecoder()
    .decode(index)
    .matchAll(/"([\w.-]+)": \{\s*"bytes": \d+,\s*"sha256": "([0-9a-f]{64})"/g);
  return Object.fromEntries([...entries].map(([, name, hash]) => [name!, hash!]));
}

export interface FetchOptions {
  /** More need a page that is cross-origin isolated. Default 1. */
  readonly threads?: number;
  /** Addresses of ONNX Runtime's files, which a bundled page with more than one thread must say. */
  readonly runtime?: RuntimeFiles;
  /** Left out: photos can be opened only where their faces are pointed out. */
  readonly findFaces?: FindFaces;
}

/**
 * @param url the bundle's folder.
 * @throws UserError for no address or number of threads, and naming the file that is missing, damaged or of another
 *   version.
 */
export async function fetchBundle(url: string | URL, options: FetchOptions = {}): Promise<FaceEditor> {
  checkKind('options', options, 'an object');
  const { threads = 1, runtime, findFaces } = options;
  const { read, place } = bundleAt(url);
  return loadBundle(wasmDevice(threads, runtime), read, hashBytes, place, findFaces);
}
