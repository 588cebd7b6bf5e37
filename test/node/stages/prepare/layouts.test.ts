// Folders of faces as people have them: CelebA as downloaded, packed, nested, CelebA-HQ, half of it, and one's own.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attributeNames } from '../../../../src/core/attributes.ts';
import { readLabelTable } from '../../../../src/node/stages/prepare/label-table.ts';
import { readPictureIndex } from '../../../../src/node/stages/prepare/picture-index.ts';
import { survivesMutations } from '../../../helpers/fuzz.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';

const root = temporaryFolder();
let number = 0;
function fresh(files: Readonly<Record<string, string>>): string {
  const folder = join(root, `faces-${number++}`);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
const index = (folder: string, options: object = {}) =>
  readPictureIndex({ folder, isCeleba: true, seed: 0, ...options });

const count = 20;
const names = Array.from({ length: count }, (_, i) => `${String(i + 1).padStart(6, '0')}.jpg`);
const row = (i: number) => attributeNames.map((_, a) => ((i + a) % 4 === 0 ? '1' : '-1')).join(' ');
const labels = `${count}\n${attributeNames.join(' ')}\n${names.map((name, i) => `${name} ${row(i)}`).join('\n')}\n`;
const partition = `${names.map((name, i) => `${name} ${i % 3}`).join('\n')}\n`;
const pictures = (folder: string, rename = (name: string) => name) =>
  Object.fromEntries(names.map(name => [`${folder}/${rename(name)}`, '']));

describe('CelebA', () => {
  const downloaded = {
    ...pictures('Img/img_align_celeba'),
    'Anno/list_attr_celeba.txt': labels,
    'Eval/list_eval_partition.txt': partition,
    'Anno/identity_CelebA.txt': names.map((name, i) => `${name} ${i}`).join('\n'),
  };

  test('as it is downloaded, in Anno, Eval and Img', async () => {
    const { pictures: found, crop, tables } = await index(fresh(downloaded));
    expect(found).toHaveLength(count);
    expect(found[4]).toMatchObject({ name: '000005.jpg', split: 1, identity: 4 });
    expect([crop, Object.keys(tables)]).toEqual(['celeba', ['labels', 'partition', 'identity']]);
  });

  test('one folder further down, as torchvision and archives leave it', async () => {
    const nested = Object.fromEntries(Object.entries(downloaded).map(([path, text]) => [`celeba/${path}`, text]));
    expect((await index(fresh(nested))).pictures).toHaveLength(count);
  });

  test('with pictures in capitals, or saved anew as PNG', async () => {
    for (const rename of [(name: string) => name.toUpperCase(), (name: string) => name.replace('.jpg', '.png')]) {
      const tables = { 'list_attr_celeba.txt': labels, 'list_eval_partition.txt': partition };
      const found = await index(fresh({ ...pictures('img_align_celeba', rename), ...tables }));
      expect(found.missing).toEqual([]);
      expect(found.pictures[0]).toMatchObject({ name: '000001.jpg', file: rename('000001.jpg') });
    }
  });

  test('with labels of one’s own for a part of it, by names with or without ending', async () => {
    const text = ['name,scarf', '000002,1', '000005.jpg,0', '000009.PNG,1'].join('\n');
    const own = join(fresh({ 'own.csv': text }), 'own.csv');
    const found = await index(fresh(downloaded), { labels: own });
    expect(found.pictures.map(({ file, split, identity }) => [file, split, identity])).toEqual([
      ['000002.jpg', 1, 1],
      ['000005.jpg', 1, 4],
      ['000009.jpg', 2, 8],
    ]);
    expect(found.bad).toEqual([]);
    expect(found.notes.join()).toMatch(/17 of 20 pictures have no row of labels and are left out/);
  });

  test('with splits of one’s own that keep the people of CelebA’s table apart, and no others', async () => {
    const split = (of3: string) =>
      join(fresh({ 'own.csv': `name,scarf,split\n000002,1,train\n000003,0,${of3}\n000005.jpg,0,test\n` }), 'own.csv');
    const people = names.map((name, i) => `${name} ${i < 3 ? 7 : i}`).join('\n');
    const folder = fresh({ ...downloaded, 'Anno/identity_CelebA.txt': people });
    const { pictures: found } = await index(folder, { labels: split('train') });
    expect(found.map(each => [each.split, each.identity])).toEqual([
      [0, 7],
      [0, 7],
      [2, 4],
    ]);
    await expect(index(folder, { labels: split('test') })).rejects.toThrow(
      /own\.csv: a person must be in one split; 7 is in train and test\. Leave the column of splits out, and CelebA's are taken$/,
    );
  });

  test('still packed: says what to unpack', async () => {
    const { 'Anno/list_attr_celeba.txt': _, ...rest } = downloaded;
    const tables = { 'Anno/list_attr_celeba.txt': labels, 'Eval/list_eval_partition.txt': partition };
    const cases: [Readonly<Record<string, string>>, RegExp][] = [
      [{ ...tables, 'Img/img_align_celeba.zip': '' }, /img_align_celeba\.zip is still packed; unpack it beside itself/],
      [{ ...rest, 'Anno/list_attr_celeba.txt.zip': '' }, /list_attr_celeba\.txt\.zip is still packed/],
      [{ 'archive.zip': '' }, /archive\.zip is still packed/],
    ];
    for (const [files, message] of cases) await expect(index(fresh(files))).rejects.toThrow(message);
    const zip = join(fresh({ 'archive.zip': '' }), 'archive.zip');
    await expect(index(zip)).rejects.toThrow(/must be in a folder; .*archive\.zip is a file: unpack it/);
  });

  test('half of it: the missing pictures are known before any is decoded', async () => {
    const folder = fresh(downloaded);
    for (const name of names.slice(0, 10)) rmSync(join(folder, 'Img/img_align_celeba', name));
    const { pictures: found, missing } = await index(folder);
    expect([found.length, missing.length, missing[0]]).toEqual([10, 10, { file: '000001.jpg', reason: 'missing' }]);
  });

  test('without labels: its pictures, and a word that they train the GAN alone', async () => {
    const { attributes, pictures: found, notes } = await index(fresh(pictures('img_align_celeba')));
    expect([attributes, found.length]).toEqual([[], count]);
    expect(notes.join()).toMatch(/have no labels: enough for train gan alone/);
  });

  test('in Kaggle’s tables with semicolons, CR line ends and a byte order mark, and labels 1 and 0', async () => {
    const csv = (heading: string, rows: readonly string[]) => `\uFEFF${[heading, ...rows].join('\r')}`;
    const zeroOne = names.map((name, i) => `${name};${row(i).replaceAll('-1', '0').replaceAll(' ', ';')}`);
    const folder = fresh({
      ...pictures('img_align_celeba/img_align_celeba'),
      'list_attr_celeba.csv': csv(`image_id;${attributeNames.join(';')}`, zeroOne),
      'list_eval_partition.csv': csv(
        'image_id;partition',
        names.map((name, i) => `${name};${i % 3}`),
      ),
    });
    const official = await index(fresh(downloaded));
    const found = await index(folder);
    expect(found.pictures.map(each => ({ ...each, identity: 0 }))).toEqual(
      official.pictures.map(each => ({ ...each, identity: 0 })),
    );
  });
});

test('CelebA-HQ: its pictures are whole squares, split as CelebA splits theirs where that is known', async () => {
  const hq = Array.from({ length: count }, (_, i) => `${i}.jpg`);
  const own = {
    ...Object.fromEntries(hq.map(name => [`CelebA-HQ-img/${name}`, ''])),
    'CelebAMask-HQ-attribute-anno.txt': `${count}\n${attributeNames.join(' ')} \n${hq.map((name, i) => `${name}  ${row(i)}`).join('\n')}\n`,
  };
  const alone = await index(fresh(own));
  expect([alone.crop, alone.pictures.length]).toEqual(['square', count]);
  const splits = alone.pictures.map(({ split }) => split);
  expect([0, 1, 2].map(split => splits.filter(each => each === split).length)).toEqual([16, 2, 2]);
  const csv = (rows: readonly string[]) =>
    join(fresh({ 'own.csv': ['file,scarf,person', ...rows].join('\n') }), 'own.csv');
  const people = hq.map((name, i) => `${name},${i % 2},p${i % 5}`);
  const byPerson = (await index(fresh(own), { labels: csv(people) })).pictures;
  expect(byPerson.map(({ identity }) => identity)).toEqual(byPerson.map(({ name }) => Number.parseInt(name, 10) % 5));
  const mapping = `idx orig_idx orig_file\n${hq.map((_, i) => `${i} ${i} ${names[count - 1 - i]}`).join('\n')}\n`;
  const mapped = { ...own, 'CelebA-HQ-to-CelebA-mapping.txt': mapping, 'list_eval_partition.txt': partition };
  const { pictures: found } = await index(fresh(mapped));
  expect(found.map(({ split }) => split)).toEqual(hq.map((_, i) => (count - 1 - i) % 3));
});

describe("pictures of one's own", () => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i % 2 ? 'a' : 'b/c'}/face ${i}.JPG`, '']));
  const others = { 'a/._face 1.JPG': '', '__MACOSX/x.jpg': '', 'a/Thumbs.db': '', 'a/IMG_1.HEIC': '', 'notes.txt': '' };
  const table = (text: string) => join(fresh({ 'labels.csv': text }), 'labels.csv');

  test('are found in any folder under it, in the order of their paths; hidden files are not pictures', async () => {
    const { pictures: found, notes } = await index(fresh({ ...files, ...others }), { isCeleba: false });
    expect(found.map(({ name }) => name)).toEqual(Object.keys(files).sort());
    expect([0, 1, 2].map(split => found.filter(each => each.split === split).length)).toEqual([32, 4, 4]);
    expect(notes[0]).toBe('left out 1 × .heic, which is not read here; convert them to JPEG or PNG');
    const again = await index(fresh(files), { isCeleba: false, seed: 1 });
    expect(again.pictures.map(({ split }) => split)).not.toEqual(found.map(({ split }) => split));
  });

  test('do not count those that runs of this program wrote', async () => {
    const manifest = JSON.stringify({ schemaVersion: 1, stage: 'train gan' });
    const runs = {
      'runs/gan/manifest.json': manifest,
      'runs/gan/samples-0000001000-8px.png': '',
      'runs/faces.partial/config.json': '{}',
      'runs/faces.partial/thumbnails.png': '',
      'page/manifest.json': '{"name": "a page of one’s own"}',
      'page/me.png': '',
    };
    const { pictures: found, notes } = await index(fresh({ ...files, ...runs }), { isCeleba: false });
    expect(found.map(({ name }) => name)).toEqual([...Object.keys(files), 'page/me.png'].sort());
    expect(notes[0]).toBe('left out what runs of this program wrote: runs/faces.partial, runs/gan');
  });

  test('with dots in their names are found without ending, and never by a part of the name', async () => {
    const folder = fresh({ 'subject01.glasses.png': '', 'subject01.happy.png': '', 'subject02.png': '', 'a.jpg': '' });
    const text = 'name,tall\nsubject01.glasses,1\nsubject01.happy.JPG,0\nsubject02.sad,1\na.1,0\n';
    const found = await index(folder, { isCeleba: false, labels: table(text) });
    expect(found.pictures.map(({ file }) => file)).toEqual(['subject01.glasses.png', 'subject01.happy.png']);
    expect(found.missing).toEqual([
      { file: 'subject02.sad', reason: 'missing' },
      { file: 'a.1', reason: 'missing' },
    ]);
  });

  test('take labels by path, by name, without ending, in any case, with other slashes; people and splits too', async () => {
    const folder = fresh(files);
    const text = [
      'File;wears Scarf;tall;split;person',
      'a\\face 1.jpg;1;0;train;Ann',
      'FACE 2;yes;no;val;Bob',
      '/home/me/b/c/face 4.JPG;0;1;test;Cleo',
    ].join('\n');
    const found = await index(folder, { isCeleba: false, labels: table(text) });
    expect(found.attributes).toEqual(['wears_Scarf', 'tall']);
    expect(found.pictures).toEqual([
      { name: 'a\\face 1.jpg', file: 'a/face 1.JPG', labels: Uint8Array.of(1, 0), split: 0, identity: 0 },
      { name: 'FACE 2', file: 'b/c/face 2.JPG', labels: Uint8Array.of(1, 0), split: 1, identity: 1 },
      { name: '/home/me/b/c/face 4.JPG', file: 'b/c/face 4.JPG', labels: Uint8Array.of(0, 1), split: 2, identity: 2 },
    ]);
    expect(found.notes).toContain('attributes of the labels: wears_Scarf, tall');
    expect(found.notes.join()).toMatch(/37 of 40 pictures have no row of labels and are left out/);
  });

  test('of one person are in one split', async () => {
    const text = ['name,tall,person', ...Array.from({ length: 40 }, (_, i) => `face ${i},${i % 2},${i % 13}`)].join(
      '\n',
    );
    const { pictures: found } = await index(fresh(files), { isCeleba: false, labels: table(text) });
    const splitsOf = new Map<number, Set<number>>();
    for (const { identity, split } of found) splitsOf.set(identity, (splitsOf.get(identity) ?? new Set()).add(split));
    expect([...splitsOf.values()].every(({ size }) => size === 1)).toBe(true);
    expect(found.some(({ split }) => split === 2)).toBe(true);
  });

  test('of two people or more are held out, also where a tenth is less than one of them', async () => {
    for (const people of [2, 3, 9]) {
      const rows = Array.from({ length: 40 }, (_, i) => `face ${i},${i % 2},${i % people}`);
      const text = ['name,tall,person', ...rows].join('\n');
      const { pictures: found } = await index(fresh(files), { isCeleba: false, labels: table(text) });
      const counts = [0, 1, 2].map(
        split => new Set(found.filter(each => each.split === split).map(p => p.identity)).size,
      );
      expect(counts).toEqual({ 2: [1, 0, 1], 3: [1, 1, 1], 9: [7, 1, 1] }[people]);
    }
  });

  test('of people unknown at the end of a row are pictures like others', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `face ${i},${i % 2},${i % 3 === 0 ? '' : 'p'}`);
    const text = ['name,tall,person', ...rows].join('\n');
    const found = await index(fresh(files), { isCeleba: false, labels: table(text) });
    expect(found.pictures).toHaveLength(40);
    expect(found.pictures.filter(({ identity }) => identity < 0)).toHaveLength(14);
  });

  test.each(['name,split,tall,,\n', 'name,tall,split\n'])(
    'are split at random where %j has no split at all',
    async heading => {
      const place = heading.startsWith('name,split') ? (i: number) => `,${i % 2},,` : (i: number) => `${i % 2},,,`;
      const rows = Array.from({ length: 40 }, (_, i) => `face ${i},${place(i)}\n`);
      const { pictures: found, bad } = await index(fresh(files), {
        isCeleba: false,
        labels: table(heading + rows.join('')),
      });
      expect(bad).toEqual([]);
      expect([0, 1, 2].map(split => found.filter(each => each.split === split).length)).toEqual([32, 4, 4]);
    },
  );

  test('with a name that fits several are named, not guessed', async () => {
    const folder = fresh({ 'a/1.jpg': '', 'b/1.jpg': '' });
    const { missing } = await index(folder, { isCeleba: false, labels: table('name,tall\n1.jpg,1\nb/1.jpg,0\n') });
    expect(missing).toEqual([{ file: '1.jpg', reason: 'several pictures are called so' }]);
  });

  test.each<[string, string, RegExp]>([
    ['no heading', 'a.jpg,1\nb.jpg,0\n', /line 1 must be a heading \(image_id and the attributes\).*got "a\.jpg 1"/],
    ['no heading, names without endings', 'a,1,0\nb,0,1\n', /line 1 must be a heading .*got "a 1 0"/],
    [
      'a column of something else',
      'name,tall,age\na.jpg,1,20\nb.jpg,0,47\n',
      /line 1: column age holds no labels .* but such as "?20"?\. Take it out/,
    ],
    ['no row', 'name,tall\n', /must have a row for each picture; it has a heading alone$/],
    ['no attribute', 'name,split\na.jpg,train\n', /line 1 must name 1 to 1000 attributes; got 0/],
    [
      'a column without a name',
      'name,tall,,,old,,\na.jpg,1,0,0,1\n',
      /line 1 must name each column; the one before old has no name\. Name it, or take it out$/,
    ],
    ['one attribute twice', 'name,Tall,tall\na.jpg,1,1\n', /must name each attribute once; got tall twice/],
    [
      'a name that is none',
      'name,größe\na.jpg,1\n',
      /must be letters without accents, digits, _ and -, at most 64; got "größe"/,
    ],
    ['a name that edits understand', 'name,tall,suggested\na.jpg,1,1\n', /"suggested" has a meaning of its own/],
    ['the name of the light', 'name,Brightness\na.jpg,1\n', /"Brightness" has a meaning of its own/],
    [
      'somebody in two splits',
      'name,tall,split,person\na.jpg,1,train,ann\nb.jpg,0,test,bob\nc.jpg,0,test,ann\n',
      /a person must be in one split; ann is in train and test/,
    ],
    [
      'a last label that is empty',
      'name,tall,old\na.jpg,1,,,\n',
      /a row must have 2 labels; got 1, nothing for old \(a\.jpg\)/,
    ],
    [
      'cells beyond its columns',
      'name,tall,split\na.jpg,1,test,7\n',
      /a row must have 2 cells after its name; got 3 \(a\.jpg\)/,
    ],
    [
      'a split for some',
      'name,tall,split\na.jpg,1,test\nb.jpg,0,\n',
      /1 of 2 are: 1 × its split is empty, where others have one \(b\.jpg\)/,
    ],
    ['unknown labels', 'name,tall\na.jpg,maybe\n', /a label must be 1 or -1, or 1 or 0; got maybe for tall \(a\.jpg\)/],
    ['1, 0 and −1 at once', 'name,a,b\na.jpg,1,0\nb.jpg,-1,0\n', /it has all three, and 0 may mean unknown/],
    ['control characters', 'name,a\nx\u001b[2J.jpg,7\n', /\(x\\x1b\[2J\.jpg/],
  ])('a table with %s is one line', async (_, text, message) => {
    await expect(readLabelTable(table(text))).rejects.toThrow(message);
    await expect(readLabelTable(table(text))).rejects.toThrow(/^[^\n]+$/);
  });

  test('a folder without pictures says what it holds instead', async () => {
    await expect(index(fresh({ 'a.heic': '', 'b.heic': '', 'c.txt': '' }))).rejects.toThrow(
      /must hold pictures \(JPEG, PNG, WebP, GIF, TIFF or AVIF\); it holds 2 × \.heic, 1 × \.txt$/,
    );
  });

  test('mutations of a table of labels are read or refused in one line', async () => {
    const path = table('');
    const good = `name;a;b;split;person\n${Array.from({ length: 30 }, (_, i) => `"f, ${i}";${i % 2};1;test;p`).join('\n')}\n`;
    await survivesMutations(Buffer.from(good), bytes => {
      writeFileSync(path, bytes);
      return readLabelTable(path);
    });
  });
});

test('a folder that leads back to itself is one line', async () => {
  const folder = fresh({ 'a/1.jpg': '' });
  symlinkSync(folder, join(folder, 'a', 'again'));
  await expect(index(folder, { isCeleba: false })).rejects.toThrow(/more than 20 deep; a link may lead back to itself/);
});
