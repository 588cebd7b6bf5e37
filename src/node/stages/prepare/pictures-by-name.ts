// Finds the pictures that tables name: with other endings, in other cases, with or without their folders.
import { extname, posix } from 'node:path';
import { isAnyPicture } from './face-folder.ts';

type Found = { readonly file: string; readonly problem?: never } | { readonly file?: never; readonly problem: string };

/**
 * @param files paths with `/`.
 * @returns a function that finds a picture by its path, else by its name in any folder, else without its ending, where the
 *   name has none or another one of pictures; letters may be large or small.
 */
export function picturesByName(files: readonly string[]): (name: string) => Found {
  const exact = new Set(files);
  // Most tables name their pictures exactly; the others' indexes are made when the first one does not.
  let loose: readonly ((path: string) => readonly string[] | undefined)[] | undefined;
  /** @param ofFile what a file is found by. @param ofName what a name is looked up by. */
  const lookup = (ofFile: (path: string) => string, ofName = ofFile) => {
    const index = new Map<string, string[]>();
    for (const file of files) {
      const own = ofFile(pathOf(file));
      const same = index.get(own);
      if (same === undefined) index.set(own, [file]);
      else same.push(file);
    }
    return (path: string) => index.get(ofName(path));
  };
  return name => {
    if (exact.has(name)) return { file: name };
    // A name without ending may have dots: `subject01.glasses` is no `subject01`.
    loose ??= [lookup(pathOf), lookup(posix.basename), lookup(stemOf, posix.basename), lookup(stemOf)];
    const path = pathOf(name);
    for (const find of loose) {
      const found = find(path);
      if (found?.length === 1) return { file: found[0]! };
      if (found !== undefined) return { problem: 'several pictures are called so' };
    }
    return { problem: 'missing' };
  };
}

/** A path as it is compared. */
function pathOf(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '')
    .normalize('NFC')
    .toLowerCase();
}

/** The name without folder and without the ending of a picture. */
function stemOf(path: string): string {
  const name = posix.basename(path);
  return isAnyPicture(name) ? name.slice(0, name.length - extname(name).length) : name;
}
