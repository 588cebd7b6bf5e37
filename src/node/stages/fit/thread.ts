// A thread of `fit`: fits the boundary of one attribute at a time, or how it grows with the number of samples.
import { type BoundaryFit, type BoundaryOptions, fitBoundary } from '../../../core/directions/fit/boundary.ts';
import { type LearningCurve, learningCurve } from '../../../core/directions/fit/learning-curve.ts';
import { serve } from '../../threads/serve.ts';
import type { Faces } from './faces.ts';

export interface FitThread {
  file: 'stages/fit/thread';
  /** Latents and logits stand in shared memory: no thread has a copy. */
  shared: Pick<Faces, 'latents' | 'size' | 'logits'> & { readonly options: Partial<BoundaryOptions> };
  /** `row`: that of the attribute in `logits`. */
  input: { attribute: string; row: number; threshold: number; what: 'boundary' | 'curve' };
  output: { readonly fit: BoundaryFit } | { readonly curve: LearningCurve };
}

serve<FitThread>(async ({ latents, size, logits: all, options }) => {
  const count = latents.length / size;
  return ({ attribute, row, threshold, what }) => {
    const logits = all.subarray(row * count, (row + 1) * count);
    const settings = { ...options, threshold };
    return what === 'boundary'
      ? { fit: fitBoundary(attribute, latents, size, logits, settings) }
      : { curve: learningCurve(attribute, latents, size, logits, settings) };
  };
});
