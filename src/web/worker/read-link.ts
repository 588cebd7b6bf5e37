// Reads an edit from a link, which anybody may have written: it is checked like any other recipe.
import { checkRecipe, mostLatentNumbers } from '../../core/editing/recipe.ts';
import { isSameModel } from '../../core/editor/bundle.ts';
import { UserError } from '../../core/errors.ts';
import { hashDigits, type NamedBefore, otherModel } from '../shared/link.ts';
import type { Edit } from '../shared/protocol.ts';

/** Characters that a link may have: those of the longest latent, and room for all else. */
const maxLength = Math.ceil((4 / 3) * 8 * mostLatentNumbers) + 10_000;

/**
 * @param text the part of an address after `#`. @returns the edit; undefined where the text is empty.
 * @throws UserError for a link that is damaged, and for one that was made with another model.
 */
export function parseLink(text: string, { name, sha256, formerly }: NamedBefore): Edit | undefined {
  const link = text.replace(/^#/, '');
  if (link === '') return undefined;
  if (link.length > maxLength) throw new UserError(`this link is no link to a face: it has ${link.length} characters`);
  const parameters = new URLSearchParams(link);
  for (const key of parameters.keys()) {
    if (!['seed', 'psi', 'latent', 'portrait', 'move', 'layers', 'lock', 'geometry', 'hold', 'model'].includes(key)) {
      throw new UserError(
        `this link is no link to a face: "${key.slice(0, 30)}" means nothing here. Copy it again, whole`,
      );
    }
  }
  const [otherName, digits] = splitLast(parameters.get('model') ?? '');
  if (digits === undefined)
    throw new UserError('this link does not say which model it was made with. Copy it again, whole');
  if (digits.length < hashDigits || !isSameModel({ sha256, formerly }, digits)) {
    throw otherModel('this link', { name: otherName, sha256: digits }, { name, sha256 });
  }
  const seed = parameters.get('seed');
  const psi = parameters.get('psi');
  const latent = parameters.get('latent');
  const portrait = parameters.get('portrait');
  const layers = parameters.getAll('layers');
  const hold = parameters.get('hold');
  for (const [what, number] of Object.entries({ seed, psi })) {
    if (number === null || (number !== '' && Number.isFinite(Number(number)))) continue;
    throw new UserError(`this link is no link to a face: its ${what} is damaged. Copy it again, whole`);
  }
  const recipe = {
    schemaVersion: 1,
    bundle: { name, sha256 },
    ...(seed === null ? {} : { seed: Number(seed) }),
    ...(psi === null ? {} : { psi: Number(psi) }),
    ...(latent === null ? {} : { latent: decodeNumbers(latent) }),
    ...(portrait === null ? {} : { portrait }),
    moves: parameters.getAll('move'),
    locks: parameters.getAll('lock'),
    geometry: parameters.get('geometry') ?? 'sphere',
    ...(hold === null ? {} : { hold }),
    ...(layers.length === 0 ? {} : { layers: Object.fromEntries(layers.map(readLayers)) }),
  };
  const { bundle: _, ...edit } = checkRecipe(recipe, 'this link');
  return edit;
}

/** @param text `Young:0-2`; `checkRecipe` checks what it says. */
function readLayers(text: string): [string, number[]] {
  const colon = text.lastIndexOf(':');
  const rows = text.slice(colon + 1).split('-');
  return [text.slice(0, Math.max(0, colon)), rows.map(row => (row === '' ? Number.NaN : Number(row)))];
}

function splitLast(text: string): [string, string | undefined] {
  const dot = text.lastIndexOf('.');
  return dot < 0 ? [text, undefined] : [text.slice(0, dot), text.slice(dot + 1)];
}

function decodeNumbers(text: string): number[] {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), letter => letter.charCodeAt(0));
  } catch {
    throw new UserError('this link is no link to a face: its latent is damaged. Copy it again, whole');
  }
  const view = new DataView(bytes.buffer);
  return Array.from({ length: Math.floor(bytes.length / 8) }, (_, i) => view.getFloat64(8 * i, true));
}
