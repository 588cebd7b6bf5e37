// People are drawn whole: all of someone's pictures, or none.
import { expect, test } from 'vitest';
import { createRandom } from '../../../src/core/math/random.ts';
import { ofSomePeople } from '../../../src/node/artefacts/draw-people.ts';

const identities = Int32Array.from({ length: 300 }, (_, i) => (i < 240 ? i % 40 : -1));
const all = Uint32Array.from({ length: 300 }, (_, i) => i);
const draw = (share: number, seed = 0) => ofSomePeople({ identities }, all, share, createRandom(seed));

test('half of the people with all of their pictures; unknown ones one by one', () => {
  const kept = draw(0.5);
  const people = new Map<number, number>();
  for (const index of kept) {
    const person = identities[index] === -1 ? 1000 + index : identities[index]!;
    people.set(person, (people.get(person) ?? 0) + 1);
  }
  expect(people.size).toBe(50); // of 40 known ones and 60 unknown
  for (const [person, pictures] of people) expect(pictures).toBe(person < 1000 ? 6 : 1);
  expect([...kept]).toEqual([...kept].sort((a, b) => a - b));
});

test('the seed decides who; all are all', () => {
  expect(draw(0.5)).toEqual(draw(0.5));
  expect(draw(0.5, 1)).not.toEqual(draw(0.5));
  expect(draw(1)).toEqual(all);
  expect(draw(1e-9).length).toBeGreaterThan(0);
});
