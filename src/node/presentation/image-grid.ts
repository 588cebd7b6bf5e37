// Lays images side by side in one PNG: sample sheets during training, strips of an edit, figures of the report.
import { checkKind, shownArgument, UserError } from '../../core/errors.ts';
import { toUint8 } from '../../core/images/pixels.ts';
import { sharp } from '../native/native-packages.ts';

export interface GridOptions {
  /** R, the images' side in pixels. */
  readonly resolution: number;
  /** Images in a row. A strip is a grid of one row. */
  readonly columns: number;
  /** Whole-number enlargement of each image. Default 1. */
  readonly scale?: number;
  /** The enlargement's filter: `nearest` shows the pixels as they are, `cubic` smooths them. Default `nearest`. */
  readonly kernel?: 'nearest' | 'cubic';
  /** White pixels between images, after enlargement. Default 0. */
  readonly gap?: number;
}

/** Most pixels of a picture, and most along a side: what programs that show PNGs take without complaint. */
const [mostPixels, longestSide] = [2 ** 28, 2 ** 16 - 1];

const kernels: readonly GridOptions['kernel'][] = ['nearest', 'cubic'];

/** @throws UserError for numbers that no grid has, and for other filters. */
function checkGrid(options: GridOptions): void {
  checkKind('options of a grid', options, 'an object');
  const { resolution, columns, scale = 1, gap = 0, kernel = 'nearest' } = options;
  if (!kernels.includes(kernel)) {
    throw new UserError(`kernel of a grid must be ${kernels.join(' or ')}; got "${kernel}"`);
  }
  for (const [name, value, least] of [
    ['resolution', resolution, 1],
    ['columns', columns, 1],
    ['scale', scale, 1],
    ['gap', gap, 0],
  ] as const) {
    if (Number.isInteger(value) && value >= least) continue;
    throw new UserError(`${name} of a grid must be a whole number from ${least}; got ${shownArgument(value)}`);
  }
}

/** The picture that `encodeGrid` makes of so many images. */
export function gridSize(count: number, { resolution, columns, scale = 1, gap = 0 }: GridOptions) {
  const tile = resolution * scale;
  const across = Math.min(columns, count);
  const width = across * (tile + gap) - gap;
  const height = Math.ceil(count / across) * (tile + gap) - gap;
  return { tile, across, width, height };
}

/**
 * @param most pixels along a side, where the format takes fewer than PNG. @throws UserError for a picture that is too
 * large to be written or shown.
 */
export function checkGridSize(count: number, grid: GridOptions, most = longestSide): void {
  const { width, height } = gridSize(count, grid);
  if (width <= most && height <= most && width * height <= mostPixels) return;
  throw new UserError(
    `a picture must have at most ${most} pixels a side and ${mostPixels / 2 ** 20} million in all; this would be ` +
      `${width}×${height}. Give a smaller scale, fewer steps or fewer faces`,
  );
}

/**
 * @param images [N, 3, R, R] RGB: float32 in [-1, 1], or uint8 in 0 … 255.
 * @returns a PNG, rows filled from the left; the last row may end in white.
 * @throws UserError as `checkGrid` and `checkGridSize`, and for values that are no whole images.
 */
export async function encodeGrid(images: Float32Array | Uint8Array, grid: GridOptions): Promise<Buffer> {
  checkGrid(grid);
  const { resolution, kernel = 'nearest', gap = 0 } = grid;
  // Numbers of other kinds would be taken for bytes: a picture of Float64Array came out black.
  if (![Float32Array, Uint8Array, Uint8ClampedArray].some(kind => images instanceof kind)) {
    const got = Object.prototype.toString.call(images).slice(8, -1);
    throw new UserError(`images of a grid must be a Float32Array or a Uint8Array; got ${got}`);
  }
  const pixels = images instanceof Float32Array ? toUint8(images) : images;
  const count = pixels.length / (3 * resolution * resolution);
  if (!Number.isInteger(count) || count === 0) {
    throw new UserError(`${pixels.length} values are no images of [3, ${resolution}, ${resolution}]`);
  }
  checkGridSize(count, grid);
  const { tile, across, width, height } = gridSize(count, grid);
  const canvas = new Uint8Array(width * height * 3).fill(255);
  for (let i = 0; i < count; i++) {
    const planar = pixels.subarray(i * 3 * resolution ** 2, (i + 1) * 3 * resolution ** 2);
    const enlarged = await enlarge(toInterleaved(planar, resolution), resolution, tile, kernel);
    const left = (i % across) * (tile + gap);
    const top = Math.floor(i / across) * (tile + gap);
    for (let y = 0; y < tile; y++) {
      canvas.set(enlarged.subarray(y * tile * 3, (y + 1) * tile * 3), ((top + y) * width + left) * 3);
    }
  }
  return sharp(canvas, { raw: { width, height, channels: 3 }, limitInputPixels: mostPixels })
    .png({ adaptiveFiltering: true })
    .toBuffer();
}

/** [3, R, R] to [R, R, 3], the order of pixels in picture files. */
function toInterleaved(planar: Uint8Array, resolution: number): Uint8Array {
  const area = resolution * resolution;
  const interleaved = new Uint8Array(area * 3);
  for (let p = 0; p < area; p++) {
    for (let c = 0; c < 3; c++) interleaved[p * 3 + c] = planar[c * area + p]!;
  }
  return interleaved;
}

/** Enlarges one image, so that smoothing never mixes neighbours in the grid. */
async function enlarge(
  pixels: Uint8Array,
  resolution: number,
  tile: number,
  kernel: 'nearest' | 'cubic',
): Promise<Uint8Array> {
  if (tile === resolution) return pixels;
  return sharp(pixels, { raw: { width: resolution, height: resolution, channels: 3 } })
    .resize(tile, tile, { kernel })
    .raw()
    .toBuffer();
}
