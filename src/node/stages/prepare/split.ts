// Splits pictures into those to train on, to choose by and to test on, where no table does.
import { createRandom, permutation } from '../../../core/math/random.ts';
import { drawStratified } from '../../../core/math/stratification.ts';
import { streams } from '../../../core/math/streams.ts';

/** The share of the pictures that validation and test get, each. */
const heldOut = 0.1;

/** People that are enough to hold one out: somebody must be left to train on. */
const fewestPeople = 2;

interface Splittable {
  readonly labels: Uint8Array;
  readonly split: number | undefined;
  readonly identity: number;
}

/**
 * Gives a split to pictures without one, by the seed: a tenth to validation and to test each, so that every label stays
 * as frequent. Where people are known, each is in one split only.
 * @returns the pictures in their order.
 */
export function splitAtRandom<Item extends Splittable>(
  pictures: readonly Item[],
  seed: number,
): (Item & { readonly split: number })[] {
  const open = [...pictures.keys()].filter(at => pictures[at]!.split === undefined);
  const splits = pictures.map(({ split }) => split ?? 0);
  const knowsPeople = open.some(at => pictures[at]!.identity >= 0);
  const draw = knowsPeople ? drawPeople : drawPictures;
  const count = Math.floor(heldOut * open.length);
  let left = open;
  for (const split of [2, 1]) {
    const drawn = new Set(
      draw(
        left.map(at => pictures[at]!),
        count,
        seed,
        split,
      ),
    );
    for (const row of drawn) splits[left[row]!] = split;
    left = left.filter((_, row) => !drawn.has(row));
  }
  return pictures.map((picture, at) => ({ ...picture, split: splits[at]! }));
}

/** @returns positions of so many pictures. */
function drawPictures(pictures: readonly Splittable[], count: number, seed: number, split: number): Iterable<number> {
  const random = createRandom(seed, streams.split.pictures(split));
  const width = pictures[0]?.labels.length ?? 0;
  if (width === 0) return permutation(random, pictures.length).subarray(0, count);
  const labels = new Uint8Array(pictures.length * width);
  for (const [row, picture] of pictures.entries()) labels.set(picture.labels, row * width);
  return drawStratified({ width, labels }, count, random);
}

/** @returns positions of all pictures of some people, about so many. */
function drawPeople(pictures: readonly Splittable[], count: number, seed: number, split: number): number[] {
  const byPerson = new Map<number, number[]>();
  for (const [row, { identity }] of pictures.entries()) {
    // Each picture of somebody unknown is of a person of its own.
    const key = identity < 0 ? -1 - row : identity;
    const rows = byPerson.get(key);
    if (rows === undefined) byPerson.set(key, [row]);
    else rows.push(row);
  }
  const people = [...byPerson.values()];
  const drawn: number[] = [];
  for (const person of permutation(createRandom(seed, streams.split.pictures(split)), people.length)) {
    if (drawn.length + people[person]!.length <= count) drawn.push(...people[person]!);
  }
  // Few people with many pictures each: rather too many pictures held out than none.
  if (drawn.length === 0 && people.length >= fewestPeople) {
    return people.reduce((fewest, rows) => (rows.length < fewest.length ? rows : fewest));
  }
  return drawn;
}
