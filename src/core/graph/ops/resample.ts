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
  lower: (emit, [x]) => emit.node('AveragePool', [x!], { kernel_shape: [2, 2], strides: [2, 2] }),
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
