// A 3×3 convolution of a doubled image without doubling it: 16 multiplications a source pixel instead of 36.
import type { Tensor } from '../tensor.ts';
import { conv } from './conv.ts';
import { constant } from './leaf.ts';
import { matmul } from './matmul.ts';
import { concat, reshape, slice, transpose } from './shape.ts';

/**
 * Along an axis a pixel of the doubled image sees two source pixels. A row for each of the kernel's three taps says on
 * which of the two it falls, first for even pixels, then for odd ones: [3, 2 · 2]. Even: the left tap falls on the
 * pixel before, the others on the pixel's own. Odd: the mirror image.
 */
const taps = [
  [1, 0, 1, 0],
  [0, 1, 1, 0],
  [0, 1, 0, 1],
];

/** The two-dimensional form: [9, 16], rows (ky, kx), columns (phase y, phase x, source y, source x). */
const spread = constant(
  taps.flatMap(vertical =>
    taps.flatMap(horizontal =>
      [0, 1].flatMap(py =>
        [0, 1].flatMap(px => [0, 1].flatMap(sy => [0, 1].map(sx => vertical[2 * py + sy]! * horizontal[2 * px + sx]!))),
      ),
    ),
  ),
  [9, 16],
);

/**
 * conv(upsample2(x), w, 1, bias): the four phases of the result are four convolutions of x with 2×2 kernels, whose
 * weights are sums of w's.
 * @param x [N, C, H, W]. @param w [O, C, 3, 3]. @param bias [O]. @returns [N, O, 2H, 2W].
 */
export function upsampledConv(x: Tensor, w: Tensor, bias?: Tensor): Tensor {
  const [n, c, height, width] = x.shape as readonly [number, number, number, number];
  const o = w.shape[0]!;
  const kernels = reshape(matmul(reshape(w, [o * c, 9]), spread), [o, c, 4, 4]); // [O C phase tap]
  const stacked = reshape(transpose(kernels, [2, 0, 1, 3]), [4 * o, c, 2, 2]);
  const phases = conv(x, stacked, 1, bias === undefined ? undefined : concat([bias, bias, bias, bias], 0));
  // Each phase is a window of the (H+1)×(W+1) results: the even ones begin at 0, the odd ones at 1.
  const windows = [0, 1, 2, 3].map(phase => {
    const window = slice(phases, [0, phase * o, phase >> 1, phase & 1], [n, o, height, width]);
    return reshape(window, [n, o, height, 1, width, 1]);
  });
  const rows = [0, 2].map(first => concat(windows.slice(first, first + 2), 5)); // [N O H 1 W 2]
  return reshape(concat(rows, 3), [n, o, 2 * height, 2 * width]); // [N O H 2 W 2]
}
