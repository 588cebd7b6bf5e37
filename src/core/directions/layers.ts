// The layers of a generator that a direction acts on: a latent can have a row for each of them, from coarse to fine.
import { z } from 'zod';
import { didYouMean, jsonExcerpt, UserError } from '../errors.ts';

/** The first and the last row, from 0. */
export type LayerRange = readonly [from: number, to: number];

/** A range as files hold it. */
export const layerRangeSchema = z.tuple([z.int().min(0), z.int().min(0)]);

export const layerNames = ['all', 'coarse', 'middle', 'fine'] as const;
export type LayerName = (typeof layerNames)[number];

/** Layers that a generator must have to be divided into thirds. */
export const fewestLayers = 3;

/** @param count number of all layers. @throws UserError for a third of fewer than three. */
export function layersNamed(name: LayerName, count: number): LayerRange {
  if (name === 'all') return [0, count - 1];
  if (count < fewestLayers) {
    throw new UserError(`layers must be all where a generator has fewer than ${fewestLayers}; got ${name} of ${count}`);
  }
  const third = ['coarse', 'middle', 'fine'].indexOf(name);
  const start = (k: number) => Math.round((k * count) / 3);
  return [start(third), start(third + 1) - 1];
}

/**
 * @param given `all`, `coarse`, `middle`, `fine`, `2`, `2-4`, or the first and the last row. @param count number of all
 *   layers. @throws UserError for anything else, and unless both rows exist and are in order.
 */
export function parseLayers(given: LayerRange | string, count: number): LayerRange {
  const name = layerNames.find(each => each === given);
  if (name !== undefined) return layersNamed(name, count);
  const rows = typeof given === 'string' ? rowsWritten(given) : given;
  if (!Array.isArray(rows) || rows.length !== 2) {
    const near = typeof given === 'string' ? didYouMean(given, layerNames) : '';
    throw new UserError(
      `layers must be ${layerNames.join(', ')}, or rows such as 0-2; got ${jsonExcerpt(given)}${near && `.${near}`}`,
    );
  }
  const [from, to] = rows as LayerRange;
  if (isRange([from, to], count)) return [from, to];
  throw new UserError(`layers must be rows from 0 to ${count - 1}, the first before the last; got ${from}-${to}`);
}

/** @returns the rows of `2` or `2-4`; undefined for other text. */
function rowsWritten(text: string): LayerRange | undefined {
  const [, from, to = from] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(text) ?? [];
  return from === undefined ? undefined : [Number(from), Number(to)];
}

export function isRange([from, to]: LayerRange, count: number): boolean {
  return [from, to].every(Number.isInteger) && from >= 0 && from <= to && to < count;
}

/** Number of rows that are in both. */
export function sharedLayers(a: LayerRange, b: LayerRange): number {
  return Math.max(0, Math.min(a[1], b[1]) - Math.max(a[0], b[0]) + 1);
}
