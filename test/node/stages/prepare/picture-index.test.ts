// Checks that tables and folders are read as people have them, and every kind of mistake in them is found and named.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { attributeNames } from '../../../../src/core/attributes.ts';
import { readPictureIndex } from '../../../../src/node/stages/prepare/picture-index.ts';
import { survivesMutations } from '../../../helpers/fuzz.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';
import { makeTinyCeleba, type TinyCeleba } from '../../../helpers/tiny-celeba.ts';

const root = temporaryFolder();
let number = 0;
let tiny: TinyCeleba;

/** Two hundred rows: one bad row is skipped, three are too many. The pictures are not looked at. */
beforeEach(async () => {
  tiny = await makeTinyCeleba(join(root, `celeba-${number++}`), 0);
  const files = Array.from({ length: 200 }, (_, i) => `${i}.jpg`);
  for (const file of files) writeFileSync(join(tiny.imageFolder, file), '');
  tiny.labels = files.map(file => `${file} ${attributeNames.map((_, a) => (a === 20 ? '1' : '-1')).join(' ')}`);
  tiny.partition = files.map((file, i) => `${file} ${i % 3}`);
  tiny.identity = files.map((file, i) => `${file} ${i}`);
});

const readCelebaIndex = (folder: string) => readPictureIndex({ folder, isCeleba: true, seed: 0 });

async function read() {
  tiny.write();
  return readCelebaIndex(tiny.folder);
}

test('rows become labels in our order, splits and identities', async () => {
  const { pictures, bad } = await read();
  expect(bad).toEqual([]);
  expect(pictures).toHaveLength(200);
  expect(pictures[4]).toMatchObject({ name: '4.jpg', file: '4.jpg', split: 1, identity: 4 });
  expect([...pictures[4]!.labels].map((label, a) => label && attributeNames[a]).filter(Boolean)).toEqual(['Male']);
});

test('columns are found by name, not by place', async () => {
  const swapped = [...attributeNames];
  [swapped[20], swapped[31]] = [swapped[31]!, swapped[20]!];
  tiny.header.names = swapped.join('  ');
  const { pictures } = await read();
  expect(pictures[0]!.labels[attributeNames.indexOf('Smiling')]).toBe(1);
  expect(pictures[0]!.labels[attributeNames.indexOf('Male')]).toBe(0);
});

describe("Kaggle's layout", () => {
  const csv = (name: string) => join(tiny.folder, `${name}.csv`);

  test('gives the same pictures, but nobody’s identity', async () => {
    const official = await read();
    tiny.toKaggle();
    const { pictures, bad, tables, imageFolder } = await readCelebaIndex(tiny.folder);
    expect(pictures).toEqual(official.pictures.map(picture => ({ ...picture, identity: -1 })));
    expect(bad).toEqual([]);
    expect(tables).toEqual({ labels: csv('list_attr_celeba'), partition: csv('list_eval_partition') });
    expect(imageFolder).toBe(join(tiny.folder, 'img_align_celeba', 'img_align_celeba'));
  });

  test('is held to the same rules', async () => {
    tiny.labels[7] = tiny.labels[7]!.replace(/ -1$/, '');
    tiny.write();
    tiny.toKaggle();
    expect((await readCelebaIndex(tiny.folder)).bad).toEqual([
      { file: '7.jpg', reason: 'a row must have 40 labels; got 39, nothing for Young' },
    ]);
    writeFileSync(csv('list_eval_partition'), 'image_id,partition\n');
    await expect(readCelebaIndex(tiny.folder)).rejects.toThrow(/200 of 200 are: 199 × it is in no partition/);
    writeFileSync(csv('list_attr_celeba'), 'image_id,Young,Male\n');
    await expect(readCelebaIndex(tiny.folder)).rejects.toThrow(
      /line 1 must name each of the 40 attributes once; got 2;/,
    );
    writeFileSync(csv('list_attr_celeba'), '1 2 3\n');
    await expect(readCelebaIndex(tiny.folder)).rejects.toThrow(/line 1 has the unknown attribute "2"/);
  });
});

test('without identities everyone is unknown', async () => {
  tiny.identity = undefined;
  rmSync(join(tiny.folder, 'identity_CelebA.txt'));
  expect((await read()).pictures[0]!.identity).toBe(-1);
});

test.each<[string, (tiny: TinyCeleba) => void, RegExp]>([
  ['a wrong count', t => (t.header.count = '201'), /line 1 says 201 pictures, 200 rows follow/],
  [
    'no count',
    t => (t.header.count = 'many'),
    /line 1 must be a heading \(image_id and the attributes\) or the number of pictures; got "many"/,
  ],
  [
    'a misspelt attribute',
    t => (t.header.names = t.header.names.replace('Smiling', 'Smilling')),
    /unknown attribute "Smilling". Did you mean "Smiling"\?/,
  ],
  ['an attribute too few', t => (t.header.names = t.header.names.replace(' Young', '')), /got 39; Young missing/],
  [
    'an attribute twice',
    t => (t.header.names = t.header.names.replace('Young', 'Male')),
    /each of the 40 attributes once; got 40; Young missing/,
  ],
  [
    'many bad rows',
    t => (t.labels = t.labels.map((row, i) => (i < 3 ? `${row} 1` : row))),
    /at most 1 % .* 3 of 200 are: 3 × a row must have 40 labels; got 41 \(0.jpg, \d+.jpg, \d+.jpg\)\. Repair/,
  ],
])('%s stops with an error', async (_, spoil, message) => {
  spoil(tiny);
  await expect(read()).rejects.toThrow(message);
});

test.each<[string, (tiny: TinyCeleba) => void, string]>([
  [
    'a label too few',
    t => (t.labels[7] = t.labels[7]!.replace(/ -1$/, '')),
    'a row must have 40 labels; got 39, nothing for Young',
  ],
  [
    'a label of 2',
    t => (t.labels[7] = t.labels[7]!.replace(/-1$/, '2')),
    'a label must be 1 or -1, or 1 or 0; got 2 for Young',
  ],
  [
    'a partition of 3',
    t => (t.partition[7] = '7.jpg 3'),
    'its partition must be train, validation or test, or 0, 1 or 2; got 3',
  ],
  ['no partition', t => t.partition.splice(7, 1), 'it is in no partition'],
  ['no labels', t => t.labels.splice(7, 1), 'it has no row of labels'],
  ['a second row', t => t.partition.push('7.jpg 1'), 'it is listed twice'],
  ['no identity', t => t.identity!.splice(7, 1), 'it has no identity'],
  ['an identity in words', t => (t.identity![7] = '7.jpg someone'), 'its identity must be a whole number; got someone'],
])('a single picture with %s is skipped and named', async (_, spoil, reason) => {
  spoil(tiny);
  const { pictures, bad } = await read();
  expect(bad).toEqual([{ file: '7.jpg', reason }]);
  expect(pictures).toHaveLength(199);
  expect(pictures.some(({ name }) => name === '7.jpg')).toBe(false);
});

const tables = ['list_attr_celeba.txt', 'list_attr_celeba.csv', 'list_eval_partition.txt', 'list_eval_partition.csv'];
test.each([...tables, 'identity_CelebA.txt'])('mutations of %s are read or refused in one line', async name => {
  for (const rows of [tiny.labels, tiny.partition, tiny.identity!]) rows.length = 110; // of which one may be bad
  tiny.write();
  if (name.endsWith('.csv')) tiny.toKaggle();
  const path = join(tiny.folder, name);
  const read = (bytes: Uint8Array) => {
    writeFileSync(path, bytes);
    return readCelebaIndex(tiny.folder);
  };
  await survivesMutations(readFileSync(path), read, 500);
});

test('a name that leaves the image folder is refused', async () => {
  for (const table of [tiny.labels, tiny.partition, tiny.identity!]) table[7] = table[7]!.replace('7.jpg', '../7.jpg');
  expect((await read()).bad).toEqual([{ file: '../7.jpg', reason: 'its name must not contain a folder' }]);
});

test('a missing table or image folder is one clear line', async () => {
  tiny.write();
  rmSync(join(tiny.folder, 'list_eval_partition.txt'));
  await expect(readCelebaIndex(tiny.folder)).rejects.toThrow(/cannot read .*list_eval_partition.txt: no such file/);
  await expect(readCelebaIndex(join(root, 'absent'))).rejects.toThrow(/cannot read .*absent: no such file/);
  rmSync(tiny.imageFolder, { recursive: true });
  await expect(read()).rejects.toThrow(/cannot read .*img_align_celeba: no such folder; put CelebA's pictures there/);
});
