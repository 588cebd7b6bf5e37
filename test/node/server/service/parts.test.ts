// Small parts of the service: its token, packages that are not there, and what Accept asks for.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { UserError } from '../../../../src/core/errors.ts';
import { notInstalled, withPackages } from '../../../../src/node/files/optional-packages.ts';
import { acceptedFormat, faceFormats } from '../../../../src/node/server/service/accept.ts';
import { readToken } from '../../../../src/node/server/service/token.ts';
import { temporaryFolder } from '../../../helpers/temp-folder.ts';

const root = temporaryFolder();

test('a token comes from a file or the environment, and must be one that clients can send', async () => {
  const file = join(root, 'token');
  writeFileSync(file, 'abcdefghijklmnop-._~+/==\n');
  expect(await readToken(file, { FACE_TUNING_TOKEN: 'another-token-of-some-length' })).toBe('abcdefghijklmnop-._~+/==');
  expect(await readToken(undefined, { FACE_TUNING_TOKEN: 'another-token-of-some-length' })).toBe(
    'another-token-of-some-length',
  );
  expect(await readToken(undefined, {})).toBeUndefined();
  for (const wrong of ['', 'short', 'a token with spaces in it', 'ümlauts-are-not-sent']) {
    await expect(readToken(undefined, { FACE_TUNING_TOKEN: wrong })).rejects.toThrow(
      /^the token in FACE_TUNING_TOKEN must be 16 to 512/,
    );
  }
  writeFileSync(file, 'secret');
  const error = await readToken(file).catch((reason: Error) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect(String(error)).not.toContain('secret');
});

test('a missing package is named with the command that installs it; other errors stay what they are', async () => {
  const absent = 'no-such-package';
  const load = () => import(/* @vite-ignore */ absent);
  const missing = Object.assign(new Error(`Cannot find package '${absent}' imported from x`), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
  await expect(withPackages('serve', ['hono', absent], () => Promise.reject(missing))).rejects.toThrow(
    'serve needs the packages hono and no-such-package, which are not installed. Run npm install hono no-such-package',
  );
  await expect(withPackages('serve', ['hono'], () => Promise.reject(missing))).rejects.toBe(missing);
  await expect(withPackages('serve', [absent], load)).rejects.toThrow(absent);
  expect(await withPackages('serve', ['hono'], () => import('hono'))).toHaveProperty('Hono');
  expect(notInstalled(['hono', absent])).toEqual([absent]);
});

test.each([
  [undefined, 'png'],
  ['*/*', 'png'],
  ['image/*', 'png'],
  ['image/webp', 'webp'],
  ['application/json', 'json'],
  ['application/json;q=0.5, image/webp;q=0.9', 'webp'],
  ['text/html, application/xhtml+xml, image/avif, image/webp, */*;q=0.8', 'webp'],
  ['application/*', 'json'],
  ['text/html', '406'],
  ['image/png;q=0', '406'],
  ['garbage;;;,,,=', '406'],
])('Accept: %s is answered by %s', async (accept, format) => {
  const app = new Hono();
  app.get('/', context => context.text(acceptedFormat(context, faceFormats)));
  app.onError((error, context) => context.text(String((error as unknown as { status: number }).status)));
  const answer = await app.request('/', { headers: accept === undefined ? {} : { Accept: accept } });
  expect(await answer.text()).toBe(format);
});
