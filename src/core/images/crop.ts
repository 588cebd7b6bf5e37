// Finds the square of a picture that holds the face, so that all faces of a dataset lie in the same place.

/** A square in pixels of the picture; its edges may lie between pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

export const cropNames = ['celeba', 'square', 'none'] as const;

/** `celeba`: PGGAN's face crop; `square`: the largest centred square; `none`: the picture, which must be square. */
export type CropName = (typeof cropNames)[number];

/** The aligned pictures of CelebA, and the crop of Karras et al. 2018: 128×128 around (89, 121). */
export const celebaCrop = { width: 178, height: 218, left: 89 - 64, top: 121 - 64, side: 128 };

/** Smallest side of a crop in pixels: below it, rounding makes nearly any picture one of CelebA's shape. */
const minSide = 8;

/**
 * @returns the square of a picture of that size, or, where the picture does not fit the crop, a text that says why.
 * CelebA's crop scales with the picture's width: in 89×109 it is 64×64 from (12.5, 28.5).
 */
export function cropBox(crop: CropName, width: number, height: number): Box | string {
  if (crop === 'square') {
    const side = Math.min(width, height);
    return { left: Math.floor((width - side) / 2), top: Math.floor((height - side) / 2), side };
  }
  if (crop === 'none') {
    if (width === height) return { left: 0, top: 0, side: width };
    return `crop "none" needs a square picture; it is ${width}×${height}`;
  }
  const scale = width / celebaCrop.width;
  if (Math.round(celebaCrop.height * scale) !== height) {
    return `crop "celeba" needs a picture of 178×218 or the same shape; it is ${width}×${height}`;
  }
  if (celebaCrop.side * scale < minSide) return `crop "celeba" leaves too little of a picture of ${width}×${height}`;
  return { left: celebaCrop.left * scale, top: celebaCrop.top * scale, side: celebaCrop.side * scale };
}
