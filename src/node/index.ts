// The library's entry in Node: core's exports, bundles from folders, and pictures as PNG files.
export * from '../core/index.ts';
export { cpuDevice, type DeviceName, type DeviceOptions, openDevice } from './devices/device.ts';
export { openPhotoBundle as openBundle } from './photos/bundle.ts';
export { openFaceFinder } from './photos/face-finder.ts';
export { type PhotoFile, type PhotoFormat, readPhoto } from './photos/read-photo.ts';
export { encodePhoto, type WriteOptions } from './photos/write-photo.ts';
export { encodeGrid, type GridOptions } from './presentation/image-grid.ts';
