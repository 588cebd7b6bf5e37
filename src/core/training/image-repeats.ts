// How often each training image is shown, so that a generator learns what is rare.
import { type AttributeName, isAttributeName } from '../attributes.ts';

/** Attributes that are rare among CelebA's faces, yet seen in small pictures. */
const rareAttributes: readonly AttributeName[] = [
  'Eyeglasses',
  'Wearing_Hat',
  'Bald',
  'Gray_Hair',
  'Goatee',
  'Mustache',
  'Sideburns',
  'Wearing_Necktie',
];
/** Share of the images from which on an attribute is not rare. */
const commonShare = 0.1;
/** Bound on how often an image is shown in an epoch. */
const maxTimes = 3;

/**
 * min(3, √(0.1 / share of the rarest of its rare attributes)), at least 1. Of CelebA's attributes some are meant to be
 * looked at, of one's own all, and so are all where there are only others.
 * @param labels [n, attributes], 0 or 1, of the training images. @returns [n], how often each is shown in an epoch.
 */
export function imageRepeatsOf(labels: Uint8Array, attributes: readonly string[]): Float32Array {
  const size = attributes.length;
  const count = labels.length / size;
  const meant = attributes.filter(name => !isAttributeName(name) || rareAttributes.includes(name));
  const rare = (meant.length > 0 ? meant : attributes).map(name => {
    const column = attributes.indexOf(name);
    let sum = 0;
    for (let row = 0; row < count; row++) sum += labels[row * size + column]!;
    return { column, times: Math.min(maxTimes, Math.sqrt((commonShare * count) / sum)) };
  });
  return Float32Array.from({ length: count }, (_, row) =>
    Math.max(1, ...rare.map(({ column, times }) => (labels[row * size + column] === 1 ? times : 1))),
  );
}
