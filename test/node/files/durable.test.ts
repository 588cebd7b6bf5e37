// Checks that disks without fsync, files that a virus scanner holds, and odd targets do not stop the writing of files.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { explained, explainedByItself } from '../../../src/node/files/disk-errors.ts';
import { writeWhole } from '../../../src/node/files/files.ts';
import { checkFileFree } from '../../../src/node/files/places.ts';
import { launcher } from '../../helpers/mistake.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';
import { makeTinyCeleba } from '../../helpers/tiny-celeba.ts';

const root = temporaryFolder();

/** Code that makes operations of the disk fail, for `node --import`. */
const faults = (code: string) =>
  `data:text/javascript,${encodeURIComponent(
    `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
     const failure = (code, syscall, path) => Object.assign(new Error(code), { code, syscall, path });
     ${code}
     syncBuiltinESMExports();`,
  )}`;

function faceTuning(fault: string, ...argv: string[]) {
  const flags = ['--import', faults(fault), launcher, ...argv];
  return spawnSync(process.execPath, flags, { encoding: 'utf8' });
}

test('a disk without fsync, where a scanner holds each file for a moment, takes a whole run', async () => {
  const { folder } = await makeTinyCeleba(join(root, 'celeba'), 12);
  const out = join(root, 'dataset');
  const fault = `
    const { open, rename } = fs.promises;
    const held = new Set();
    fs.promises.open = async (...given) => {
      const handle = await open(...given);
      handle.sync = () => Promise.reject(failure('ENOTSUP', 'fsync'));
      return handle;
    };
    fs.promises.rename = async (from, to) => {
      if (!held.has(to)) { held.add(to); throw failure('EBUSY', 'rename', from); }
      return rename(from, to);
    };`;
  const { status, stderr } = faceTuning(fault, 'prepare', '--celeba', folder, '--out', out, '--resolution', '4');
  expect(status, stderr).toBe(0);
  expect(readdirSync(out)).toContain('manifest.json');
}, 30_000);

test('a failing disk is one line, whatever the operation', async () => {
  const fault = `fs.promises.opendir = path => Promise.reject(failure('EIO', 'opendir', path));
    fs.promises.stat = path => Promise.reject(failure('EIO', 'stat', path));`;
  const broken = join(root, 'broken');
  const { status, stderr } = faceTuning(fault, 'prepare', '--celeba', broken, '--out', join(root, 'never'));
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringMatching(/^error: cannot look up \S+: the disk failed to read or write; [^\n]*\n$/),
  });
}, 30_000);

test.each(['EBUSY', 'EXDEV', 'ENAMETOOLONG', 'ELOOP', 'ENOTSUP', 'ENOSYS', 'EIO', 'EACCES', 'ESTALE', 'EFBIG'])(
  '%s has a reason and a remedy',
  code => {
    const error = Object.assign(new Error(code), { code, syscall: 'open', path: 'a' });
    for (const found of [explained('open', 'a', error), explainedByItself(error)]) {
      expect(found).toBeInstanceOf(UserError);
      expect((found as Error).message).toMatch(/^cannot open a: .+(; |,).+$/);
    }
  },
);

test('errors of anything but the disk stay what they are', () => {
  const error = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' });
  expect(explainedByItself(error)).toBe(error);
  expect(explainedByItself('x')).toBe('x');
});

test('a folder that must be there is not made', async () => {
  const path = join(root, 'gone', 'piece.result');
  await expect(writeWhole(path, 'x', 'there')).rejects.toThrow(/cannot write .*gone/);
  expect(existsSync(join(root, 'gone'))).toBe(false);
  await writeWhole(path, 'x');
  expect(readFileSync(path, 'utf8')).toBe('x');
});

test('a file is written through a link', async () => {
  mkdirSync(join(root, 'big'));
  symlinkSync(join(root, 'big', 'strip.png'), join(root, 'strip.png'));
  await writeWhole(join(root, 'strip.png'), 'x');
  expect(readFileSync(join(root, 'big', 'strip.png'), 'utf8')).toBe('x');
});

/** Mounts one file onto another. @returns whether that is allowed here; the reason is printed where it is not. */
function bound(source: string, target: string): boolean {
  try {
    execFileSync('mount', ['--bind', source, target], { stdio: 'pipe' });
    return true;
  } catch (error) {
    console.warn(`skipped: a file that is a mount point, because mounting failed: ${(error as Error).message}`);
    return false;
  }
}

test('a file is written onto one that is a mount point', async context => {
  const [source, target] = [join(root, 'source'), join(root, 'target')];
  for (const path of [source, target]) writeFileSync(path, 'old');
  if (!bound(source, target)) return context.skip();
  try {
    await writeWhole(target, 'new');
  } finally {
    execFileSync('umount', [target]);
  }
  expect(readFileSync(source, 'utf8')).toBe('new');
  expect(existsSync(`${target}.tmp`)).toBe(false);
}, 20_000);

test('a file that cannot be written is told before the work; missing folders are made', async () => {
  const out = join(root, 'new', 'folder', 'a.png');
  await checkFileFree(out, false);
  expect(existsSync(join(root, 'new'))).toBe(false);
  await writeWhole(out, '');
  expect(readdirSync(join(root, 'new', 'folder'))).toEqual(['a.png']);
  await expect(checkFileFree(join(root, 'new'), true)).rejects.toThrow(/--out must be a file; .* is a folder/);
  await expect(checkFileFree(join(root, `${'ü'.repeat(126)}.png`), false)).rejects.toThrow(
    /at most 251 bytes; got 256 with ü+….*shorter/,
  );
  await expect(checkFileFree(out, false)).rejects.toThrow(`${out} exists; give --force to replace it`);
  await expect(checkFileFree(join(out, 'b.png'), false)).rejects.toThrow(
    /^cannot create .*: a part of the path is a file/,
  );
});
