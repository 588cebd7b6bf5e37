// Pixels onto canvases, small or enlarged without visible squares.

/** @param pixels RGBA of a square. @returns a canvas with exactly these. */
export function canvasOf(pixels: Uint8ClampedArray<ArrayBuffer>): OffscreenCanvas {
  const side = Math.sqrt(pixels.length / 4);
  const canvas = new OffscreenCanvas(side, side);
  canvas.getContext('2d')!.putImageData(new ImageData(pixels, side, side), 0, 0);
  return canvas;
}

/** Draws a square picture at a place and size, smoothly; at its own size, exactly. */
export function drawEnlarged(
  context: OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D,
  pixels: Uint8ClampedArray<ArrayBuffer>,
  x: number,
  size: number,
): void {
  context.imageSmoothingQuality = 'high'; // cubic
  context.drawImage(canvasOf(pixels), x, 0, size, size);
}
