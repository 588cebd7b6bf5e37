// Gathers the faces of an edit: from seeds, from latents in a file, or from the recipes of an earlier edit.
import { suggestedWord } from '../../../core/attributes.ts';
import type { Hold } from '../../../core/directions/hold.ts';
import { checkLengths } from '../../../core/editing/curve-edit.ts';
import type { Recipe, Strip } from '../../../core/editing/recipe.ts';
import { collectWishes } from '../../../core/editing/request.ts';
import type { Start } from '../../../core/editing/start.ts';
import { type MoveRange, parseMoveRange } from '../../../core/editing/strip.ts';
import { isSameModel } from '../../../core/editor/bundle.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { stripOf } from '../../../core/editor/requests.ts';
import { refuseSecondWishes } from '../../../core/editor/wanted-probability.ts';
import { UserError } from '../../../core/errors.ts';
import { toFloat64 } from '../../../core/formats/nd-array.ts';
import { remotenessOf, strangenessOf } from '../../../core/models/foreign-latents.ts';
import type { Geometry } from '../../../core/models/latents.ts';
import { readRecipeFile } from '../../artefacts/recipes.ts';
import { readNpy } from '../../files/files.ts';
import type { Log } from '../../log/log.ts';
import type { OpenedPhoto } from '../../photos/portrait-run.ts';
import { givenFlags } from '../framework/option-schema.ts';
import type { Face } from './strips.ts';

export interface NamedFace {
  /** Shown to people: `seed 7`, `row 3`, `portraits/me`. */
  readonly name: string;
  readonly face: Face;
  /** The editor that knows and draws it: the bundle's, or that of a portrait. */
  readonly editor: FaceEditor;
  /** The photo that it goes back into. */
  readonly photo?: OpenedPhoto | undefined;
}

export interface FacesConfig {
  readonly seed?: readonly number[] | undefined;
  readonly latent?: string | undefined;
  readonly row?: readonly number[] | undefined;
  readonly recipe?: string | undefined;
  readonly move: readonly string[];
  readonly lock: readonly string[];
  readonly geometry?: Geometry | undefined;
  readonly hold?: Hold | undefined;
  /** `coarse`, or `Young=coarse`. */
  readonly layers: readonly string[];
  readonly psi?: number | undefined;
  readonly portrait?: readonly string[] | undefined;
  readonly photo?: string | undefined;
  readonly photos?: string | undefined;
}

/** Most faces of an edit: nobody looks at a picture of more. */
const mostFaces = 1000;

/**
 * @returns the faces; where they come from recipes, also how these drew them.
 * @throws UserError for options that contradict each other, and for files that do not fit the bundle.
 */
export async function facesOf(
  config: FacesConfig,
  editor: FaceEditor,
  photos: readonly OpenedPhoto[],
  log: Log,
): Promise<{ faces: NamedFace[]; strip?: Strip }> {
  if (config.recipe !== undefined) return facesOfRecipes(config.recipe, editor, photos);
  const { seed = [0], latent, row, psi, geometry = editor.geometry, hold } = config;
  const moves = config.move.map(parseMoveRange);
  const locks = locksOf(config.lock, moves, editor);
  const layers = layersOf(config.layers, moves);
  const wishes = { moves, locks, geometry, hold, layers };
  if (photos.length > 0) {
    const faces = photos.map(photo => {
      const { editor: own, start } = photo.portrait;
      return { name: photo.name, face: { ...start, ...wishes }, editor: own, photo };
    });
    return { faces };
  }
  const starts =
    latent === undefined
      ? seed.map(each => ({ name: `seed ${each}`, start: { seed: each, psi } }))
      : await readLatents(latent, editor, row, log);
  if (starts.length > mostFaces) {
    const remedy = latent === undefined ? 'Give fewer to --seed' : 'Choose some with --row';
    throw new UserError(`an edit must have at most ${mostFaces} faces; got ${starts.length}. ${remedy}`);
  }
  return { faces: starts.map(({ name, start }) => ({ name, face: { ...start, ...wishes }, editor })) };
}

/**
 * Checks what is asked of all faces on the first that is at hand, since finding a photo's takes seconds to minutes.
 * @throws UserError as `FaceEditor.edit`, for unknown names, and for layers and a way to hold that do not fit.
 */
export async function checkWishes(config: FacesConfig, editor: FaceEditor, log: Log): Promise<void> {
  if (config.recipe !== undefined) {
    for (const recipe of await readRecipeFile(config.recipe)) checkBundle(recipe, config.recipe, editor.bundle);
    return;
  }
  const { faces } = await facesOf(config, editor, [], log);
  checkMoves(faces[0]!.face, editor);
}

/** Checks moves and locks as `checkWishes`: refused here is what would be of any face. */
export function checkMoves({ moves: ranges, ...face }: Face, editor: FaceEditor): void {
  const moves = ranges.map(({ to }) => to);
  const unmoved = moves.map(({ attribute }) => ({ attribute, kind: 'relative', strength: 0 }) as const);
  const request = { ...face, moves: unmoved };
  for (const ends of [moves, ranges.map(({ from, to }) => from ?? to)]) {
    refuseSecondWishes(
      ends,
      ends.filter(move => move.kind === 'probability'),
    );
    const wishes = collectWishes(
      ends.filter(move => move.kind !== 'probability'),
      attribute => {
        editor.condition(attribute); // refuses what cannot be moved
        return editor.bundle.movable.find(direction => direction.attribute === attribute)!;
      },
    );
    // How far a distance is to go depends on the photo's face.
    const courses = wishes.filter(wish => wish.kind === 'relative');
    if (editor.recipe(request).hold === 'field') checkLengths(courses);
  }
  for (const { attribute, kind } of moves) if (kind === 'probability') editor.attribute(attribute);
  editor.edit(request);
}

/** @throws UserError for malformed moves and for options that contradict each other, such as --recipe and --move. */
export function checkFaceOptions(config: FacesConfig): void {
  const { seed, latent, row, recipe, move, lock, geometry, hold, layers, psi, portrait, photo, photos } = config;
  const said = {
    '--seed': seed,
    '--latent': latent,
    '--row': row,
    '--geometry': geometry,
    '--hold': hold,
    '--psi': psi,
  };
  const lists = { '--move': move, '--lock': lock, '--layers': layers };
  if (recipe !== undefined) {
    const given = [
      ...givenFlags(said),
      ...Object.entries(lists).flatMap(([flag, value]) => (value.length === 0 ? [] : [flag])),
    ];
    checkOnePhotoSource(config);
    if (given.length === 0) return;
    throw new UserError(`--recipe says what is edited and how; got ${given.join(', ')} too. Leave one side out`);
  }
  for (const each of move) parseMoveRange(each);
  if (move.length === 0) throw new UserError('an edit needs --move, such as --move Young=-2, or --recipe');
  const starts = givenFlags({
    ...{ '--seed': seed, '--latent': latent },
    ...{ '--portrait': portrait, '--photo': photo, '--photos': photos },
  });
  if (starts.length > 1) {
    throw new UserError(
      `a face must start from one of its options; got ${starts.join(' and ')}. Leave all but one out`,
    );
  }
  if (psi !== undefined && starts.length === 1 && seed === undefined) {
    throw new UserError(`--psi truncates faces of --seed, not those of ${starts[0]}; got ${psi}. Leave it out`);
  }
  if (latent === undefined && row !== undefined) throw new UserError('--row chooses rows of --latent; give that too');
}

/** @throws UserError for a folder of photos, and for several places: all but one would be read for nothing. */
function checkOnePhotoSource({ recipe, portrait, photo, photos }: FacesConfig): void {
  const given = givenFlags({ '--portrait': portrait, '--photo': photo, '--photos': photos });
  if (given.length > 1) {
    throw new UserError(`a recipe needs its photo from one place; got ${given.join(' and ')}. Leave all but one out`);
  }
  if (photos === undefined) return;
  throw new UserError(
    `--recipe repeats the edit of one photo, not of a folder; got ${recipe} with --photos ${photos}. Give that one ` +
      'with --photo, or say with --move what becomes of all',
  );
}

/** @throws UserError for recipes of generated faces beside a photo, and of portraits without one. */
export function checkRecipesFitPhotos({ recipe, photo, portrait }: FacesConfig, recipes: readonly Recipe[]): void {
  const given = photo !== undefined ? '--photo' : portrait !== undefined ? '--portrait' : undefined;
  if (given === undefined) {
    for (const each of recipes) if ('portrait' in each) refuseWithoutPortrait(each.portrait, recipe!);
    return;
  }
  if (recipes.every(each => 'portrait' in each)) return;
  throw new UserError(
    `${recipe} is of generated faces, which have no photo; got ${given} too. Leave that out, or say with --move what ` +
      'becomes of the photo',
  );
}

async function facesOfRecipes(
  path: string,
  editor: FaceEditor,
  photos: readonly OpenedPhoto[],
): Promise<{ faces: NamedFace[]; strip?: Strip }> {
  const { bundle } = editor;
  const recipes = await readRecipeFile(path);
  for (const recipe of recipes) checkBundle(recipe, path, bundle);
  const drawing = ({ strip }: Recipe) => JSON.stringify([strip?.steps, strip?.scale, strip?.timing]);
  if (recipes.some(recipe => drawing(recipe) !== drawing(recipes[0]!))) {
    throw new UserError(`the recipes of ${path} must have steps, scale and timing in common. Repeat them one by one`);
  }
  const faces = recipes.map((recipe, i) => {
    const { steps: _, ...face } = stripOf(recipe);
    const known =
      'portrait' in face
        ? portraitOf(face.portrait, path, photos)
        : { name: 'seed' in face ? `seed ${face.seed}` : `latent ${i}`, editor };
    return { ...known, face };
  });
  // A recipe without a strip draws the edited face alone.
  return { faces, strip: recipes[0]!.strip ?? { from: [], steps: 1, scale: defaultScale } };
}

/** @throws UserError where the portrait that a recipe is of was not given. */
function portraitOf(sha256: string, path: string, photos: readonly OpenedPhoto[]) {
  const photo = photos.find(({ portrait }) => portrait.sha256 === sha256);
  if (photo !== undefined) return { name: photo.name, editor: photo.portrait.editor, photo };
  if (photos.length === 0) refuseWithoutPortrait(sha256, path);
  throw new UserError(
    `${path} is of the portrait ${sha256.slice(0, 12)}…; ${photos.map(({ name }) => name).join(', ')} gave another. ` +
      'Give the options by which it was found, such as --quick, or the folder of that portrait with --portrait',
  );
}

function refuseWithoutPortrait(sha256: string, path: string): never {
  throw new UserError(
    `${path} is of the portrait ${sha256.slice(0, 12)}…, which must be given. Give its folder with --portrait`,
  );
}

/** Enlargement of frames by default. */
export const defaultScale = 3;

function checkBundle(recipe: Recipe, path: string, used: FaceEditor['bundle']): void {
  if (isSameModel(used, recipe.bundle.sha256)) return;
  const { name, sha256, place } = used;
  const called = (bundle: Recipe['bundle']) => `"${bundle.name}" with SHA-256 ${bundle.sha256.slice(0, 12)}…`;
  throw new UserError(
    `${path} needs the bundle that it was made with, ${called(recipe.bundle)}; ${place} is ` +
      `${called({ name, sha256 })}. Give the other one with --bundle`,
  );
}

/** @returns the rows of a .npy file, each a latent [d]. */
async function readLatents(
  path: string,
  { bundle, layers, geometry }: FaceEditor,
  rows: readonly number[] | undefined,
  log: Log,
) {
  const own = bundle.latentSize;
  const { shape, data } = await readNpy(path);
  const isLayered = layers > 1 && shape.at(-1) === own && shape.at(-2) === layers && shape.length === 3;
  const size = isLayered ? layers * own : own;
  const isPlain = shape.at(-1) === own && shape.length <= 2;
  if (!(isPlain || isLayered) || !(data instanceof Float32Array || data instanceof Float64Array)) {
    const rowForLayers = layers > 1 ? `, or with a row a layer [n, ${layers}, ${own}],` : '';
    throw new UserError(
      `${path} must hold a latent [${own}] or several [n, ${own}]${rowForLayers} of float32 or float64; got ` +
        `[${shape.join(', ')}]. Take latents of this generator`,
    );
  }
  const count = data.length / size;
  if (count === 0) {
    throw new UserError(
      `${path} must hold a latent; it has no rows, by its shape [${shape.join(', ')}]. Make it again`,
    );
  }
  const all = Float64Array.from(toFloat64(data));
  // In u, faces of any truncation and edited ones have other lengths, within bounds.
  const strangeness = geometry === 'sphere' ? strangenessOf(all, own) : undefined;
  if (strangeness !== undefined) {
    log.warn(
      `the latents of ${path} ${strangeness}; they are brought to that length. Those of another generator make no ` +
        'face of theirs here',
    );
  }
  const remoteness = geometry === 'linear' ? remotenessOf(all, own) : undefined;
  if (remoteness !== undefined)
    log.warn(`the latents of ${path} ${remoteness}; so far from the mean, faces fall apart`);
  return (rows ?? Array.from({ length: count }, (_, row) => row)).map((row): { name: string; start: Start } => {
    if (row >= count) throw new UserError(`--row must be from 0 to ${count - 1}, the rows of ${path}; got ${row}`);
    const latent = all.slice(row * size, (row + 1) * size);
    if (!latent.every(Number.isFinite)) throw new UserError(`row ${row} of ${path} must hold finite numbers only`);
    if (geometry === 'sphere' && latent.every(value => value === 0)) {
      throw new UserError(`row ${row} of ${path} must have a direction; it is all zeros. Choose others with --row`);
    }
    return { name: `row ${row}`, start: { latent } };
  });
}

/** Replaces the word `suggested` by the locks that the bundle suggests for the moved attributes. */
export function locksOf(locks: readonly string[], moves: readonly MoveRange[], editor: FaceEditor): string[] {
  const moved = moves.map(({ to }) => to.attribute);
  const all = locks.flatMap(lock => {
    if (lock !== suggestedWord) return [lock];
    return moved.flatMap(attribute => {
      const { suggestedLocks } = editor.direction(attribute);
      if (suggestedLocks !== undefined) return suggestedLocks;
      throw new UserError(
        `${editor.bundle.name} knows no locks to suggest for ${attribute}. Name them, or leave them out`,
      );
    });
  });
  return [...new Set(all)].filter(lock => locks.includes(lock) || !moved.includes(lock));
}

/** Reads --layers: `coarse` is for every move, `Young=coarse` for one. @throws UserError where two are for the same. */
function layersOf(given: readonly string[], moves: readonly MoveRange[]): Readonly<Record<string, string>> {
  const moved = [...new Set(moves.map(({ to }) => to.attribute))];
  const all = given.filter(each => !each.includes('=')).flatMap(layers => moved.map(name => [name, layers] as const));
  const single = given
    .filter(each => each.includes('='))
    .map(each => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)] as const);
  const idle = single.find(([attribute]) => !moved.includes(attribute));
  if (idle !== undefined) {
    throw new UserError(`--layers must be of a move; got ${idle.join('=')} with moves of ${moved.join(', ')}`);
  }
  for (const named of [all, single]) {
    const twice = named.find(([attribute], i) => named.findIndex(each => each[0] === attribute) < i);
    if (twice === undefined) continue;
    const ranges = named.filter(([attribute]) => attribute === twice[0]).map(([, layers]) => layers);
    throw new UserError(
      `--layers must be one range for each move; got ${ranges.join(' and ')} for ${twice[0]}. Give rows, such as 0-5`,
    );
  }
  return Object.fromEntries([...all, ...single]);
}
