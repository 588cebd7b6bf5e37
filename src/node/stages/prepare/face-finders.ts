// Finds faces in many pictures side by side: one search takes one thread, so there are as many as the machine has.
import { availableParallelism } from 'node:os';
import type { FindFaces } from '../../../core/editor/portrait-finder.ts';
import { openFaceFinder } from '../../photos/face-finder.ts';

export interface FaceFinders {
  readonly find: FindFaces;
  release(): Promise<void>;
}

export async function openFaceFinders(): Promise<FaceFinders> {
  const finders = await Promise.all(Array.from({ length: availableParallelism() }, () => openFaceFinder(1)));
  // A network runs one picture after the other.
  const turns = finders.map(() => Promise.resolve<unknown>(undefined));
  let next = 0;
  return {
    find(photo) {
      const at = next++ % finders.length;
      const found = turns[at]!.then(() => finders[at]!.find(photo));
      turns[at] = found.catch(() => {});
      return found;
    },
    async release() {
      await Promise.all(turns);
      await Promise.all(finders.map(finder => finder.release()));
    },
  };
}
