// Reads the detector's answer: for each cell of a grid, how five boxes of usual sizes must be changed to hold a face.
import { sigmoid } from '../math/sigmoid.ts';
import type { Similarity } from './similarity.ts';
import { applySimilarity } from './similarity.ts';

/** A face as the detector sees it, in pixels of the photo. */
export interface Candidate {
  /** Middle of the face. */
  readonly x: number;
  readonly y: number;
  /** Geometric mean of width and height. */
  readonly side: number;
  readonly score: number;
}

/** Side of the pictures that the detector takes, and of the cells that it answers for. */
export const detectorSide = 416;
const cellSide = 32;

/** The usual boxes, in cells. */
const anchors = [
  [1.603231, 2.094468],
  [6.041143, 7.080126],
  [2.882459, 3.518061],
  [4.266906, 5.178857],
  [9.041765, 10.66308],
] as const;

/** Certainty below which it is no face. */
const leastScore = 0.5;

/** @param output [5 · 5, cells, cells]: of each box x, y, width, height, certainty. @param toPhoto from the picture's pixels. */
export function candidates(output: Float32Array, toPhoto: Similarity): Candidate[] {
  const cells = detectorSide / cellSide;
  const found: Candidate[] = [];
  for (const [anchor, [width, height]] of anchors.entries()) {
    for (let cell = 0; cell < cells * cells; cell++) {
      const value = (k: number) => output[(anchor * 5 + k) * cells * cells + cell]!;
      const score = sigmoid(value(4));
      if (!(score >= leastScore)) continue; // NaN too
      const column = (cell % cells) + sigmoid(value(0));
      const row = Math.floor(cell / cells) + sigmoid(value(1));
      const [x, y] = applySimilarity(toPhoto, [column * cellSide, row * cellSide]);
      const side = Math.sqrt(Math.exp(value(2) + value(3)) * width * height) * cellSide;
      found.push({ x, y, side: side * Math.hypot(toPhoto.a, toPhoto.b), score });
    }
  }
  return found;
}

/** Overlap of two squares, as a share of the smaller one, from which they hold the same face. */
const sameFace = 0.5;

/** @returns the surest of those that overlap. */
export function withoutOverlaps(found: readonly Candidate[]): Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of [...found].sort((a, b) => b.score - a.score)) {
    if (!kept.some(other => overlap(candidate, other) > sameFace)) kept.push(candidate);
  }
  return kept;
}

function overlap(a: Candidate, b: Candidate): number {
  const along = (p: number, q: number) =>
    Math.max(0, Math.min(p + a.side / 2, q + b.side / 2) - Math.max(p - a.side / 2, q - b.side / 2));
  return (along(a.x, b.x) * along(a.y, b.y)) / Math.min(a.side, b.side) ** 2;
}
