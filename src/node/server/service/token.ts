// The bearer token that clients must show. It is read from a file or the environment, which `ps` does not list.
import { UserError } from '../../../core/errors.ts';
import { readWhole } from '../../files/files.ts';

export const tokenVariable = 'FACE_TUNING_TOKEN';

/** RFC 6750; shorter ones could be guessed. */
const form = /^[A-Za-z0-9._~+/-]{16,512}=*$/;

/** @returns undefined where neither file nor environment has one. @throws UserError for one that no client could send. */
export async function readToken(file: string | undefined, environment = process.env): Promise<string | undefined> {
  const text = file === undefined ? environment[tokenVariable] : new TextDecoder().decode(await readWhole(file));
  if (text === undefined) return undefined;
  const token = text.trim();
  if (form.test(token)) return token;
  throw new UserError(
    `the token in ${file ?? tokenVariable} must be 16 to 512 letters, digits or -._~+/; it has ${token.length} ` +
      'characters. Make one with openssl rand -hex 32',
  );
}
