// Where this package keeps the model that demo and studio show unless another is asked for.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @returns a path in the package, as it is on this machine: this file lies three folders deep in src and in dist. */
export function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

const place = 'models/celeba-64';

/** Its folder, wherever the user is by now. */
export const shippedFolder = fromRoot(place);

/** Its folder, as seen from where the user is. */
export const shippedModel = relative('', shippedFolder);

export const shippedModelText = `left out: the shipped ${place}`;
