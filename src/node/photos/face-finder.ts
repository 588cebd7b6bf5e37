// Opens the networks that find faces in photos, which lie in this package.
import { FaceFinder } from '../../core/portraits/face-finder.ts';
import { cpuDevice } from '../devices/device.ts';
import { readWhole } from '../files/files.ts';
import { fromRoot } from '../files/places.ts';

/** @param threads of the processor that a search is spread over. */
export async function openFaceFinder(threads: number): Promise<FaceFinder> {
  return FaceFinder.open(cpuDevice(threads), name => readWhole(fromRoot(`models/face-finder/${name}`)));
}
