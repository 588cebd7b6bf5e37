// Doubling and halving of images; up to a factor each is the other's adjoint.
import { defineOp, sizeOf, type Tensor } from '../tensor.ts';
import { mul } from './arithmetic.ts';

const upsample = defineOp({
  name: 'Upsample2',
  shape: ([x]) => {
    const [n, c, height, width] = imageShape(x!);
    return [n, c, height * 2, width * 2];
  },
  gradient: (_, g) => [() => mul(averagePool2(g), 4)],
  evaluate: ([x], node) => {
    const width = node.shape[3]!;
    return Float64Array.from({ length: sizeOf(node.shape) }, (_, at) => {
      const [row, column] = [Math.floor(at / width), at % width];
      return x![Math.floor(row / 2) * (width / 2) + Math.floor(column / 2)]!;
    });
  },
  lower: (emit, [x]) =>
    emit.node('Resize', [x!, '', emit.floats([1, 1, 2, 2], [4])], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),
});

/**
 * Images halved to at most this width are pooled by a matrix product, which on a processor takes a third to half of
 * AveragePool's time and gives the same bits (docs/log.md). Most of the matrix is zero, the more the wider the image.
 */
const widestProduct = 32;

const pool = defineOp({
  name: 'AveragePool2',
  shape: ([x]) => {
    const [n, c, height, width] = imageShape(x!);
    if (height % 2 || width % 2) throw new Error(`only even sizes can be halved; got [${x!.shape}]`);
    return [n, c, height / 2, width / 2];
  },
  gradient: (_, g) => [() => upsample2(mul(g, 0.25))],
  evaluate: ([x], node) => {
    const width = node.shape[3]!;
    return Float64Array.from({ length: sizeOf(node.shape) }, (_, at) => {
      const first = Math.floor(at / width) * 4 * width + (at % width) * 2;
      return (x![first]! + x![first + 1]! + x![first + 2 * width]! + x![first + 2 * width + 1]!) / 4;
    });
  },
  lower: (emit, [x], { shape: [, channels, height, width] }) => {
    if (!emit.target.fusedMatMul || width! > widestProduct) {
      return emit.node('AveragePool', [x!], { kernel_shape: [2, 2], strides: [2, 2] });
    }
    // Two neighbouring rows of the image as one vector, times a matrix with four quarters for each pixel of the result.
    const length = 4 * width!;
    const quarters = new Float32Array(length * width!);
    for (let at = 0; at < length; at++) quarters[at * width! + ((at % (length / 2)) >> 1)] = 0.25;
    const pairs = emit.node('Reshape', [x!, emit.integers([-1, length])]);
    const means = emit.node('MatMul', [pairs, emit.floats(quarters, [length, width!])]);
    return emit.node('Reshape', [means, emit.integers([-1, channels!, height!, width!])]);
  },
});

function imageShape(x: Tensor): readonly [number, number, number, number] {
  if (x.shape.length !== 4) throw new Error(`images are [N, C, H, W]; got [${x.shape}]`);
  return x.shape as readonly [number, number, number, number];
}

/** Nearest-neighbour enlargement, [N, C, H, W] → [N, C, 2H, 2W]. */
export function upsample2(x: Tensor): Tensor {
  return upsample([x], {});
}

/** Mean of each 2×2 block, [N, C, H, W] → [N, C, H/2, W/2]. */
export function averagePool2(x: Tensor): Tensor {
  return pool([x], {});
}
