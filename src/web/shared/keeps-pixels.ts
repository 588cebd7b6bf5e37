// Finds out whether a canvas can be trusted with pictures.

/** Side of the canvas that is tried: noise changes a few pixels in a hundred, so that some are hit. */
const triedSide = 64;

/** @returns whether a canvas gives back what was drawn on it; privacy settings of some browsers add noise. */
export function keepsPixels(): boolean {
  const context = new OffscreenCanvas(triedSide, triedSide).getContext('2d', { willReadFrequently: true })!;
  const drawn = new ImageData(triedSide, triedSide);
  for (let i = 0; i < drawn.data.length; i++) drawn.data[i] = i % 4 === 3 ? 255 : (37 * i + (i >> 6)) % 256;
  context.putImageData(drawn, 0, 0);
  const { data } = context.getImageData(0, 0, triedSide, triedSide);
  return data.every((value, i) => value === drawn.data[i]);
}
