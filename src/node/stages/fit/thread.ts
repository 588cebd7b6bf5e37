// A thread of `fit`: fits the boundary of one attribute at a time, or how it grows with the number of samples.
import { type BoundaryFit, type BoundaryOptions, fitBoundary } from '../../../core/directions/fit/boundary.ts';
import { type CurvePoint, learningCurve } from '../../../core/directions/fit/learning-curve.ts';
import { serve } from '../../threads/serve.ts';

/** In shared memory: no thread has a copy. */
export interface SharedFaces {
  /** [count, size]. */
  readonly latents: Float32Array;
  readonly size: number;
  /** [columns, count]: one row an attribute. */
  readonly logits: Float32Array;
  readonly options: Partial<BoundaryOptions>;
}

export interface FitOrder {
  readonly attribute: string;
  /** Its row in `logits`. */
  readonly row: number;
  readonly threshold: number;
  readonly what: 'boundary' | 'curve';
}

export type FitAnswer = { readonly fit: BoundaryFit } | { readonly curve: readonly CurvePoint[] };

serve(async ({ latents, size, logits: all, options }: SharedFaces) => {
  const count = latents.length / size;
  return ({ attribute, row, threshold, what }: FitOrder): FitAnswer => {
    const logits = all.subarray(row * count, (row + 1) * count);
    const settings = { ...options, threshold };
    return what === 'boundary'
      ? { fit: fitBoundary(attribute, latents, size, logits, settings) }
      : { curve: learningCurve(attribute, latents, size, logits, settings) };
  };
});
