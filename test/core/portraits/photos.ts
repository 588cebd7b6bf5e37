// Photos for tests, painted by a function of the place.
import type { Photo } from '../../../src/core/portraits/photo.ts';

export function paintedPhoto(
  width: number,
  height: number,
  colour: (x: number, y: number) => readonly [number, number, number],
): Photo {
  const pixels = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set(colour(x, y), (y * width + x) * 3);
  }
  return { width, height, channels: 3, pixels };
}

/** A smooth picture with a hard-edged disc: [3, R, R] in [-1, 1]. */
export function paintedFace(resolution: number, disc: number): Float32Array {
  const area = resolution * resolution;
  const face = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) {
    const [x, y] = [(i % resolution) / resolution - 0.5, Math.floor(i / resolution) / resolution - 0.5];
    const inside = Math.hypot(x, y) < 0.25 ? disc : 0;
    for (let c = 0; c < 3; c++) face[c * area + i] = 0.4 * x - 0.2 * y + inside;
  }
  return face;
}
