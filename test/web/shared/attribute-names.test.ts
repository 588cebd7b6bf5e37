// Names of attributes: each of CelebA's stands in one group, and is found by either of its names; others are found too.
import { expect, test } from 'vitest';
import { attributeNames } from '../../../src/core/attributes.ts';
import { furtherGroup, grouped, labelOf, ownGroup, search } from '../../../src/web/shared/attribute-names.ts';

test('each attribute is in one group, under a name of its own without underscores', () => {
  const found = grouped(attributeNames).flatMap(({ attributes }) => attributes);
  expect(found.sort()).toEqual([...attributeNames].sort());
  const labels = attributeNames.map(labelOf);
  expect(new Set(labels).size).toBe(40);
  expect(labels.filter(label => /_|^[a-z]/.test(label))).toEqual([]);
});

test.each([
  ['glasses', ['Eyeglasses']],
  ['gray', ['Gray_Hair']],
  ['GREY hair', ['Gray_Hair']],
  ["5 o'clock", ['5_o_Clock_Shadow']],
  ['brows', ['Arched_Eyebrows', 'Bags_Under_Eyes', 'Bushy_Eyebrows', 'Narrow_Eyes']],
  ['beard no', ['No_Beard']],
  ['nothing like it', []],
])('a search for "%s"', (query, found) => {
  expect(search(grouped(attributeNames), query).flatMap(({ attributes }) => attributes)).toEqual(found);
});

test("attributes of one's own stand in their order, and beside CelebA's where a model has both", () => {
  expect(grouped(['Male', 'scarf_red', 'constructor', 'Young'], ['dimples'])).toEqual([
    { group: 'Age and gender', attributes: ['Young', 'Male'] },
    { group: ownGroup, attributes: ['scarf_red', 'constructor'] },
    { group: furtherGroup, attributes: ['dimples'] },
  ]);
  expect(search(grouped(['scarf_red', 'tall']), 'scarf red')).toEqual([{ group: ownGroup, attributes: ['scarf_red'] }]);
  expect(labelOf('constructor')).toBe('constructor');
});
