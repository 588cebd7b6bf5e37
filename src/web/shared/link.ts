// Writes an edit as a link: short enough to send, readable, and exact.
import { formatMove } from '../../core/editing/moves.ts';
import type { Start } from '../../core/editing/start.ts';
import { UserError } from '../../core/errors.ts';
import type { Edit, Model } from './protocol.ts';

/** Digits of the model's hash that a link carries: enough to tell models apart. */
export const hashDigits = 12;

/** A model by what names it in links and recipes. */
export type Named = Pick<Model, 'name' | 'sha256'>;

/** The same with the hashes of its earlier forms. */
export type NamedBefore = Pick<Model, 'name' | 'sha256' | 'formerly'>;

/** @returns the part of an address after `#`: `seed=12&move=Young=@-1.5&lock=Male&model=starter.a1b2c3d4e5f6`. */
export function formatLink(edit: Edit, { name, sha256 }: Named): string {
  return [
    formatStart(edit),
    ...('seed' in edit && edit.psi !== undefined ? [`psi=${edit.psi}`] : []),
    ...edit.moves.map(move => `move=${escaped(formatMove(move))}`),
    ...Object.entries(edit.layers ?? {}).map(
      ([name, [from, to]]) => `layers=${encodeURIComponent(name)}:${from}-${to}`,
    ),
    ...edit.locks.map(lock => `lock=${encodeURIComponent(lock)}`),
    ...(edit.geometry === 'sphere' ? [] : [`geometry=${edit.geometry}`]),
    ...(edit.hold === undefined || edit.hold === 'linear' ? [] : [`hold=${edit.hold}`]),
    `model=${encodeURIComponent(name)}.${sha256.slice(0, hashDigits)}`,
  ].join('&');
}

function formatStart(start: Start): string {
  if ('seed' in start) return `seed=${start.seed}`;
  return 'portrait' in start ? `portrait=${start.portrait}` : `latent=${encodeNumbers(start.latent)}`;
}

/** Escapes what would end a parameter, and leaves `=` and `@`, so that people can read moves. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll('%3D', '=').replaceAll('%40', '@');
}

/** Float64, little-endian, base64url. */
function encodeNumbers(numbers: Iterable<number>): string {
  const view = new DataView(new ArrayBuffer(8 * [...numbers].length));
  [...numbers].forEach((x, i) => {
    view.setFloat64(8 * i, x, true);
  });
  const text = Array.from(new Uint8Array(view.buffer), byte => String.fromCharCode(byte)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @param what the link or file that was made with the other model, in words. */
export function otherModel(what: string, other: Named, model: Named): UserError {
  const named = ({ name, sha256 }: Named) => `("${name.slice(0, 100)}", ${sha256.slice(0, 8)}…)`;
  return new UserError(
    `${what} was made with another model ${named(other)} than this ${named(model)}: the same numbers would show ` +
      'another face',
  );
}
