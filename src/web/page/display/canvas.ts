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

/** Side of the canvas that is tried: noise changes a few pixels in a hundred, so that some are hit. */
const triedSide = 64;

/** @returns whether a canvas gives back what was drawn on it; privacy settings of some browsers add noise. */
export function keepsPixels(): boolean {
  const context = offscreenContext(triedSide, triedSide);
  const drawn = new ImageData(triedSide, triedSide);
  for (let i = 0; i < drawn.data.length; i++) drawn.data[i] = i % 4 === 3 ? 255 : (37 * i + (i >> 6)) % 256;
  context.putImageData(drawn, 0, 0);
  const { data } = context.getImageData(0, 0, triedSide, triedSide);
  return data.every((value, i) => value === drawn.data[i]);
}
