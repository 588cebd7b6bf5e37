// The library's entry in browsers: everything of core, and bundles from web addresses.
export * from '../core/index.ts';
export { type FetchOptions, fetchBundle } from './worker/bundle.ts';
export { type RuntimeFiles, wasmDevice } from './worker/device.ts';
