// A classifier's features with each map averaged over its quarters: few enough to estimate their covariance from a sample.

/** Side of the classifier's last maps. */
const side = 4;
const places = side ** 2;
const quarters = 4;

/**
 * The mean of each quarter of a map. Faces are aligned, so the quarters keep the eyes apart from the mouth; a mean over
 * the whole map would hardly notice features in the wrong place.
 * @param features [n, 16 · C], of `classifierFeatures`, row-major. @returns [n, 4 · C].
 */
export function pooledFeatures(features: Float32Array): Float32Array<ArrayBuffer> {
  const pooled = new Float32Array((features.length / places) * quarters);
  for (let at = 0; at < pooled.length; at++) {
    const quarter = at % quarters;
    const map = ((at - quarter) / quarters) * places;
    const corner = map + (quarter >> 1) * 2 * side + (quarter & 1) * 2;
    pooled[at] =
      (features[corner]! + features[corner + 1]! + features[corner + side]! + features[corner + side + 1]!) / 4;
  }
  return pooled;
}
