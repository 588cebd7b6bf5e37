// Turns generated images into the 8-bit pixels that picture files hold and that measures compare.

/** @param images in [-1, 1]; values beyond are clipped. @returns round((x + 1)·127.5), the inverse of x/127.5 − 1. */
export function toUint8(images: Float32Array): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(images.length); // clips and rounds on assignment
  for (let i = 0; i < images.length; i++) pixels[i] = (images[i]! + 1) * 127.5;
  return new Uint8Array(pixels.buffer);
}
