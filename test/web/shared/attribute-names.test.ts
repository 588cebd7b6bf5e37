// Names of attributes: each of the 40 stands in one group, and is found by either of its names.
import { expect, test } from 'vitest';
import { attributeNames } from '../../../src/core/attributes.ts';
import { attributesIn, groups, labelOf, search } from '../../../src/web/shared/attribute-names.ts';

test('each attribute is in one group, under a name of its own without underscores', () => {
  expect(groups.flatMap(attributesIn).sort()).toEqual([...attributeNames].sort());
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
  expect(groups.flatMap(group => search(group, query))).toEqual(found);
});
