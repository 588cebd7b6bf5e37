// Makes a small CelebA folder of drawn pictures, so that the reader is tested without anyone's face.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { attributeNames } from '../../src/core/attributes.ts';

export interface TinyCeleba {
  readonly folder: string;
  readonly imageFolder: string;
  /** The rows of the label file; change them and call `write`. */
  labels: string[];
  partition: string[];
  identity: string[] | undefined;
  header: { count: string; names: string };
  /** Writes the tables; the count line is corrected unless `header.count` was set. */
  write(): void;
  /** Turns the folder into Kaggle's layout: tables as .csv, the pictures in a folder in a folder, no identities. */
  toKaggle(): void;
}

/** Picture i is plain colour (i, 2·i, 255 − i); every tenth is validation, every tenth but one is test. */
export async function makeTinyCeleba(folder: string, count: number, width = 89, height = 109): Promise<TinyCeleba> {
  const imageFolder = join(folder, 'img_align_celeba');
  mkdirSync(imageFolder, { recursive: true });
  const files = Array.from({ length: count }, (_, i) => `${String(i + 1).padStart(6, '0')}.jpg`);
  for (const [i, file] of files.entries()) {
    const background = { r: i % 128, g: (2 * i) % 256, b: 255 - (i % 256) };
    const picture = sharp({ create: { width, height, channels: 3, background } });
    await picture.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toFile(join(imageFolder, file));
  }
  const tiny: TinyCeleba = {
    folder,
    imageFolder,
    labels: files.map(
      (file, i) => `${file} ${attributeNames.map((_, a) => ((i + a) % 4 === 0 ? ' 1' : '-1')).join(' ')}`,
    ),
    partition: files.map((file, i) => `${file} ${i % 10 === 8 ? 1 : i % 10 === 9 ? 2 : 0}`),
    identity: files.map((file, i) => `${file} ${100 + i}`),
    header: { count: '', names: attributeNames.join(' ') },
    write() {
      const table = (name: string, lines: string[]) => writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
      const { header, labels } = this;
      table('list_attr_celeba.txt', [header.count || String(labels.length), header.names, ...labels]);
      table('list_eval_partition.txt', this.partition);
      if (this.identity) table('identity_CelebA.txt', this.identity);
    },
    toKaggle() {
      const csv = (name: string, columns: string, rows: string[]) => {
        const lines = [`image_id,${columns}`, ...rows].map(line => line.trim().replaceAll(/\s+/g, ','));
        writeFileSync(join(folder, `${name}.csv`), `${lines.join('\r\n')}\r\n`);
        rmSync(join(folder, `${name}.txt`));
      };
      csv('list_attr_celeba', this.header.names, this.labels);
      csv('list_eval_partition', 'partition', this.partition);
      rmSync(join(folder, 'identity_CelebA.txt'), { force: true });
      renameSync(imageFolder, `${imageFolder}.moved`);
      mkdirSync(imageFolder);
      renameSync(`${imageFolder}.moved`, join(imageFolder, 'img_align_celeba'));
    },
  };
  tiny.write();
  return tiny;
}
