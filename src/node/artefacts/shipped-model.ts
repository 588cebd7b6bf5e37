// Where this package keeps the model that demo and studio show unless another is asked for.
import { relative } from 'node:path';
import { fromRoot } from '../files/places.ts';

const place = 'models/celeba-64';

/** Its folder, wherever the user is by now. */
export const shippedFolder = fromRoot(place);

/** Its folder, as seen from where the user is. */
export const shippedModel = relative('', shippedFolder);

export const shippedModelText = `left out: the shipped ${place}`;
