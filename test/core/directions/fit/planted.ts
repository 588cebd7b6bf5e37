// Latents with a known truth: labels made by a hyperplane that the tests then look for.
import type { LabelledRows } from '../../../../src/core/directions/fit/samples.ts';
import { dot, length, scaled } from '../../../../src/core/math/linear-algebra.ts';
import { createRandom } from '../../../../src/core/math/random.ts';
import { type Geometry, sampleLatents, seenLatents } from '../../../../src/core/models/latents.ts';

export interface Planted {
  readonly size: number;
  /** [count, size], as the generator sees them. */
  readonly latents: Float32Array;
  /** Unit length. */
  readonly normal: Float64Array;
  /** Signed distance of each latent from the planted hyperplane, the sign turned where the label was flipped. */
  readonly logits: Float32Array;
  readonly labels: Uint8Array;
}

/** @param flipped share of the labels that are wrong. @param intercept moves the hyperplane off the origin. */
export function plant(
  seed: number,
  count: number,
  size: number,
  flipped = 0,
  intercept = 0,
  geometry: Geometry = 'sphere',
): Planted {
  const random = createRandom(seed);
  const latents = seenLatents(sampleLatents(random, count, size), size, geometry);
  const direction = sampleLatents(random, 1, size);
  const normal = scaled(direction, 1 / length(direction));
  const logits = Float32Array.from({ length: count }, (_, i) => {
    const distance = dot(normal, latents.subarray(i * size, (i + 1) * size)) + intercept;
    return random.uniform() < flipped ? -distance : distance;
  });
  return { size, latents, normal, logits, labels: Uint8Array.from(logits, logit => (logit > 0 ? 1 : 0)) };
}

/** All of them as samples. */
export function everyRow(labels: Uint8Array): LabelledRows {
  return { rows: Uint32Array.from(labels.keys()), labels };
}
