// Measures how alike two sets of pictures are, one by one: their pixels, and what a classifier makes of them.

/** Peak signal-to-noise ratio of one image in dB. @param image values beyond [-1, 1] are clipped. @param target in [-1, 1]. */
export function psnr(image: ArrayLike<number>, target: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < target.length; at++) {
    sum += (Math.min(1, Math.max(-1, image[at]!)) - target[at]!) ** 2;
  }
  return 10 * Math.log10((4 * target.length) / sum);
}

/** Squared distance of features as a share of the target's squared length: 0 where they are the same. */
export function featureDistance(features: ArrayLike<number>, target: ArrayLike<number>): number {
  let [distance, length] = [0, 0];
  for (let at = 0; at < target.length; at++) {
    distance += (features[at]! - target[at]!) ** 2;
    length += target[at]! ** 2;
  }
  return distance / Math.max(length, 1e-12);
}
