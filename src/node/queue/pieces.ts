// Names a piece of work by what it asks for, so that whoever makes it again finds or replaces the same result.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Content } from './shared-folder.ts';

/** A piece of work: what its job carries. */
export interface Piece {
  readonly id: string;
  readonly input: unknown;
}

/** A result, as its job returns it: the content of the file that holds it. */
export type PieceResult = Content;

/** @param input as its kind's schema gives it back. @returns the id of its job, and the name of its result's file. */
export function pieceId(input: unknown): string {
  return createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 24);
}

/** @param exchange the folder of the run's results. */
export function resultFile(exchange: string, id: string): string {
  return join(exchange, `${id}.result`);
}
