// Checks that arrays written piece by piece read back whole and in part, and that disk errors are one clear line.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { encodeNpy, encodeNpyHeader } from '../../../src/core/formats/npy.ts';
import { explainingDiskErrors } from '../../../src/node/files/disk-errors.ts';
import { createNpyWriter, readJson, readNpy, readWhole, writeWhole } from '../../../src/node/files/files.ts';
import { checkFileFree, checkFolderWritable } from '../../../src/node/files/places.ts';
import { hashInputs } from '../../../src/node/runs/origin.ts';
import { smallDisk } from '../../helpers/small-disk.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

const root = temporaryFolder();
const rowsOf = (from: number, to: number) => Float32Array.from({ length: (to - from) * 2 }, (_, i) => from * 2 + i);

test('a streamed .npy file is the same as one written at once', async () => {
  const path = join(root, 'streamed.npy');
  const writer = await createNpyWriter(path, 'float32', [5, 2]);
  await writer.append(rowsOf(0, 2));
  await writer.append(rowsOf(2, 5));
  await writer.close();
  expect(await readWhole(path)).toEqual(encodeNpy({ shape: [5, 2], data: rowsOf(0, 5) }));
  expect(await readNpy(path)).toEqual({ shape: [5, 2], data: rowsOf(0, 5) });
  expect(await readNpy(path, { start: 1, count: 3 })).toEqual({ shape: [3, 2], data: rowsOf(1, 4) });
  await expect(readNpy(path, { start: 4, count: 2 })).rejects.toThrow(RangeError);
});

test('a writer of unknown length counts its rows, and one of known length insists on them', async () => {
  const path = join(root, 'counted.npy');
  const counted = await createNpyWriter(path, 'float32', [null, 2]);
  await counted.append(rowsOf(0, 3));
  await counted.close();
  expect((await readNpy(path)).shape).toEqual([3, 2]);
  const short = await createNpyWriter(path, 'float32', [4, 2]);
  await short.append(rowsOf(0, 3));
  await expect(short.close()).rejects.toThrow(/was closed at 6 elements/);
  const uneven = await createNpyWriter(path, 'float32', [null, 2]);
  await uneven.append(new Float32Array(3));
  await expect(uneven.close()).rejects.toThrow(/was closed at 3 elements/);
});

test('a writer continues after the rows to keep', async () => {
  const path = join(root, 'continued.npy');
  const first = await createNpyWriter(path, 'float32', [null, 2]);
  await first.append(rowsOf(0, 4));
  await first.abandon();
  const second = await createNpyWriter(path, 'float32', [null, 2], 2);
  await second.append(rowsOf(2, 5));
  await second.close();
  expect(await readNpy(path)).toEqual({ shape: [5, 2], data: rowsOf(0, 5) });
});

test('an array with more behind it is refused, short or long', async () => {
  for (const rows of [3, 30_000]) {
    const path = join(root, `behind-${rows}.npy`);
    const file = encodeNpy({ shape: [rows, 1], data: new Float32Array(rows) });
    writeFileSync(path, Buffer.concat([file, file]));
    await expect(readNpy(path), `${rows}`).rejects.toThrow(UserError);
  }
});

test('a long array cut short is refused', async () => {
  const path = join(root, 'cut.npy');
  const whole = encodeNpy({ shape: [50_000], data: new Float32Array(50_000) });
  writeFileSync(path, whole.subarray(0, whole.length - 1));
  await expect(readNpy(path)).rejects.toThrow(/is cut short/);
});

test('a header that claims more than the file holds is refused before memory is taken for it', async () => {
  const path = join(root, 'claims.npy');
  const rows = 2 ** 40;
  writeFileSync(path, new Uint8Array([...encodeNpyHeader('float64', [rows, 512]), ...new Uint8Array(2 ** 17)]));
  await expect(readNpy(path)).rejects.toThrow(/is cut short: expected 4503599627370624 bytes, found 131200; make/);
  await expect(readNpy(path, { start: 0, count: rows })).rejects.toThrow(UserError);
});

test.skipIf(process.platform === 'win32')(
  'a pipe is read to its end, and neither it nor a device is replaced',
  async () => {
    const pipe = join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = spawn('sh', ['-c', `printf '{"steps": 3}' > "${pipe}"`]);
    const written = once(writer, 'exit');
    expect(await readJson(pipe)).toEqual({ steps: 3 });
    await written;
    for (const path of [pipe, '/dev/null']) {
      await expect(checkFileFree(path, true)).rejects.toThrow(`--out must be a file; ${path} is a device or a pipe`);
    }
    await expect(hashInputs({ labels: pipe })).rejects.toThrow(
      /^labels must be a file.* is a pipe or device\. Save it/,
    );
  },
);

const readOnly = smallDisk('ro');

test.skipIf(readOnly === undefined)('a disk that cannot be written is called so, also for a new folder', async () => {
  for (const folder of [readOnly!, join(readOnly!, 'new', 'deep')]) {
    await expect(checkFolderWritable(folder)).rejects.toThrow(/the file system is read-only; choose another path$/);
  }
});

test('whole files leave no temporary file behind', async () => {
  const path = join(root, 'whole.txt');
  await writeWhole(path, 'first');
  await writeWhole(path, 'second');
  expect(readFileSync(path, 'utf8')).toBe('second');
  expect(existsSync(`${path}.tmp`)).toBe(false);
});

test('disk errors that a user can mend are one clear line; others stay what they are', async () => {
  await expect(readNpy(join(root, 'absent.npy'))).rejects.toThrow(/cannot read .*absent.npy: no such file/);
  writeFileSync(join(root, 'file'), '{"a":');
  await expect(writeWhole(join(root, 'file/inside'), '')).rejects.toThrow(/cannot write .*: .*not a folder/);
  await writeWhole(join(root, 'made/on the way'), 'there');
  expect(readFileSync(join(root, 'made/on the way'), 'utf8')).toBe('there');
  await expect(readWhole(join(root, 'file/inside'))).rejects.toThrow(/not a folder/);
  await expect(readWhole(root)).rejects.toThrow(/it is a folder/);
  mkdirSync(join(root, 'taken.tmp')); // where the temporary file would lie
  await expect(writeWhole(join(root, 'taken'), '')).rejects.toThrow(/cannot write .*taken: it is a folder/);
  await expect(readJson(join(root, 'file'))).rejects.toThrow(/is not valid JSON/);
  const failing = (code: string) =>
    explainingDiskErrors('write', 'images.npy', () => Promise.reject(Object.assign(new Error(code), { code })));
  await expect(failing('ENOSPC')).rejects.toThrow(
    new UserError('cannot write images.npy: the disk is full; free some space and run again'),
  );
  await expect(failing('EACCES')).rejects.toThrow(/no permission/);
  await expect(failing('EOTHER')).rejects.not.toBeInstanceOf(UserError);
});

test.skipIf(!existsSync('/dev/full'))('a full disk is told while an array is written', async () => {
  const writer = await createNpyWriter('/dev/full', 'float32', [1, 2]);
  await expect(writer.append(rowsOf(0, 1))).rejects.toThrow(/the disk is full; free some space/);
  await writer.abandon();
});
