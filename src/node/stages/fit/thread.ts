// A thread of `fit`: fits the boundary of one attribute at a time, or how it grows with the number of samples.
import { type BoundaryFit, fitBoundary, type GivenOptions } from '../../../core/directions/fit/boundary.ts';
import { type LearningCurve, learningCurve } from '../../../core/directions/fit/learning-curve.ts';
import type { SampleChoice } from '../../../core/directions/fit/samples.ts';
import { serve } from '../../threads/serve.ts';
import { type Faces, scoresOf } from './faces.ts';

export interface FitThread {
  file: 'stages/fit/thread';
  /** Latents and logits stand in shared memory: no thread has a copy. */
  shared: Pick<Faces, 'latents' | 'size' | 'logits'> & { readonly options: GivenOptions };
  /** `row`: that of the attribute in `logits`. */
  input: { attribute: string; row: number; threshold: number; samples: SampleChoice; what: 'boundary' | 'curve' };
  output: { readonly fit: BoundaryFit } | { readonly curve: LearningCurve };
}

serve<FitThread>(async ({ latents, size, logits: all, options }) => {
  const count = latents.length / size;
  return ({ attribute, row, threshold, samples, what }) => {
    const { own: logits, others } = scoresOf(all, count, row);
    const settings = { ...options, samples, threshold, others };
    return what === 'boundary'
      ? { fit: fitBoundary(attribute, latents, size, logits, settings) }
      : { curve: learningCurve(attribute, latents, size, logits, settings) };
  };
});
