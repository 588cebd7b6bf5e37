// Puts pixels onto canvases, at their size or enlarged without visible squares.

type Context = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;

/**
 * Canvases this small are drawn on the processor: faster than sending each frame to a GPU, and the same to the last
 * digit from one time to the next.
 */
const settings = { alpha: false, willReadFrequently: true } as const;

export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  return canvas.getContext('2d', settings) as CanvasRenderingContext2D;
}

export function offscreenContext(width: number, height: number): OffscreenCanvasRenderingContext2D {
  return new OffscreenCanvas(width, height).getContext('2d', settings) as OffscreenCanvasRenderingContext2D;
}

/** Holds pixels at their own size, so that they can be drawn enlarged. */
let small: OffscreenCanvasRenderingContext2D | undefined;

/**
 * Draws a square picture at a place and size, smoothly; at its own size, exactly.
 * @param pixels RGBA of a square.
 */
export function drawEnlarged(context: Context, pixels: Uint8ClampedArray<ArrayBuffer>, x: number, size: number): void {
  const side = Math.sqrt(pixels.length / 4);
  if (small?.canvas.width !== side) small = offscreenContext(side, side);
  small.putImageData(new ImageData(pixels, side, side), 0, 0);
  context.clearRect(x, 0, size, size); // or what was there shines through at the edges, by a grey level
  context.imageSmoothingQuality = 'high'; // cubic
  context.drawImage(small.canvas, x, 0, size, size);
}
