// Draws people rather than pictures, so that what is learnt from some can be tried on faces of others.
import { permutation, type Random } from '../../core/math/random.ts';
import type { Dataset } from './dataset.ts';

/**
 * Keeps the pictures of randomly drawn people. Each picture of an unknown person counts as a person of its own.
 * @param indices pictures of the dataset, ascending. @param share of the people that stay, in (0, 1]; rounded up.
 * @returns the pictures of these people, ascending.
 */
export function ofSomePeople(
  { identities }: Pick<Dataset, 'identities'>,
  indices: Uint32Array,
  share: number,
  random: Random,
): Uint32Array {
  const personOf = (index: number) => (identities[index] === -1 ? -1 - index : identities[index]!);
  const people = [...new Set(Array.from(indices, personOf))];
  const drawn = permutation(random, people.length).subarray(0, Math.ceil(share * people.length));
  const kept = new Set(Array.from(drawn, at => people[at]!));
  return indices.filter(index => kept.has(personOf(index)));
}
