// Convolution and its two gradients: three primitives closed under differentiation.
import { type Attributes, defineOp, type Emitter, type Shape, sizeOf, type Tensor } from '../tensor.ts';
import { sum } from './broadcast.ts';

interface PaddingAttributes extends Attributes {
  /** Zeros on each of the four sides. */
  readonly padding: number;
}

type Shape4 = readonly [number, number, number, number];

const convolve = defineOp<PaddingAttributes>({
  name: 'Conv',
  shape: ([x, w, bias], { padding }) => {
    const [n, c, height, width] = x!.shape as Shape4;
    const [o, inner, kh, kw] = w!.shape as Shape4;
    const size = [height + 2 * padding - kh + 1, width + 2 * padding - kw + 1] as const;
    if (x!.shape.length !== 4 || w!.shape.length !== 4 || c !== inner || size[0] < 1 || size[1] < 1 || padding < 0) {
      throw new Error(`kernel [${w!.shape}] does not fit images [${x!.shape}] with padding ${padding}`);
    }
    if (bias !== undefined && sizeOf(bias.shape) !== o) throw new Error(`bias [${bias.shape}] is not one a channel`);
    return [n, o, ...size];
  },
  gradient: (node, g) => {
    const [x, w] = node.inputs as [Tensor, Tensor];
    const { padding } = node.attributes;
    const kernel = w.shape.slice(2) as [number, number];
    return [
      () => convInputGradient(g, w, padding),
      () => convWeightGradient(x, g, kernel, padding),
      () => sum(g, [0, 2, 3]),
    ];
  },
  evaluate: ([x, w, bias], node) => {
    const result = new Float64Array(sizeOf(node.shape));
    const channels = node.shape[1]!;
    const plane = node.shape[2]! * node.shape[3]!;
    if (bias !== undefined) {
      for (let i = 0; i < result.length; i++) result[i] = bias[Math.floor(i / plane) % channels]!;
    }
    const shapes = { x: node.inputs[0]!.shape, w: node.inputs[1]!.shape, y: node.shape };
    eachProduct(shapes, node.attributes.padding, (atX, atW, atY) => {
      result[atY]! += x![atX]! * w![atW]!;
    });
    return result;
  },
  lower: (emit, inputs, node) => {
    const { padding } = node.attributes;
    const pads = [padding, padding, padding, padding];
    const kernel = node.inputs[1]!.shape as Shape4;
    const inBlocks = emit.target.blockedConvolutions === true && kernel.slice(0, 2).every(hasWholeBlocks);
    return inBlocks ? lowerInBlocks(emit, inputs, kernel, pads) : emit.node('Conv', inputs, { pads });
  },
  flops: ({ shape, inputs: [, w] }) => 2 * sizeOf(shape) * sizeOf(w!.shape.slice(1)),
});

/** ONNX Runtime's operators on images in blocks of channels: its optimiser uses them where weights are constant. */
export const blockedDomain = 'com.microsoft.nchwc';

/** Blocks have 16 or 8 channels, by the processor; the graph need not know which. */
const hasWholeBlocks = (channels: number) => channels % 16 === 0;

/**
 * A convolution of images whose channels lie in blocks, [N, C/b, H, W, b]. It takes half to two thirds of the time of one
 * of images as they are, and 0.57 to 0.7 of it with the copies of images (docs/log.md).
 * @param kernel shape of the weights, [O, C, kh, kw].
 */
function lowerInBlocks(emit: Emitter, inputs: readonly string[], kernel: Shape4, pads: readonly number[]): string {
  const [x, w, ...bias] = inputs as [string, string];
  const [o, c, kh, kw] = kernel;
  // Weights lie in blocks of both: [O/b, C/b, kh, kw, b of C, b of O]. Once their inputs do, all but O counts as pixels.
  const asPixels = reshape(emit, intoBlocks(emit, w), [1, o, c * kh * kw, 1]);
  const weights = reshape(emit, intoBlocks(emit, asPixels), kernel);
  return outOfBlocks(emit, emit.node('Conv', [intoBlocks(emit, x), weights, ...bias], { pads }, blockedDomain), o);
}

/** [N, C, H, W] → [N, C/b, H, W, b], which ONNX Runtime calls by the shape it had. */
function intoBlocks(emit: Emitter, images: string): string {
  return emit.node('ReorderInput', [images], {}, blockedDomain);
}

function outOfBlocks(emit: Emitter, images: string, channels: number): string {
  return emit.node('ReorderOutput', [images], { channels }, blockedDomain);
}

/** Visits every multiplication of a convolution: the offsets of its two factors and of the sum they go into. */
function eachProduct(
  shapes: { x: Shape; w: Shape; y: Shape },
  padding: number,
  visit: (atX: number, atW: number, atY: number) => void,
): void {
  const [n, c, height, width] = shapes.x as Shape4;
  const [o, , kh, kw] = shapes.w as Shape4;
  const [, , rows, columns] = shapes.y as Shape4;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < o * c * kh * kw; k++) {
      const [out, channel] = [Math.floor(k / (c * kh * kw)), Math.floor(k / (kh * kw)) % c];
      const [dy, dx] = [(Math.floor(k / kw) % kh) - padding, (k % kw) - padding];
      for (let row = Math.max(0, -dy); row < Math.min(rows, height - dy); row++) {
        for (let column = Math.max(0, -dx); column < Math.min(columns, width - dx); column++) {
          const atX = ((i * c + channel) * height + row + dy) * width + column + dx;
          visit(atX, k, ((i * o + out) * rows + row) * columns + column);
        }
      }
    }
  }
}

/**
 * Cross-correlation with stride 1, as deep learning calls convolution.
 * @param x [N, C, H, W]. @param w [O, C, kh, kw]. @param padding zeros on each side. @param bias [O].
 * @returns [N, O, H + 2·padding − kh + 1, W + 2·padding − kw + 1].
 */
export function conv(x: Tensor, w: Tensor, padding: number, bias?: Tensor): Tensor {
  return convolve(bias === undefined ? [x, w] : [x, w, bias], { padding });
}

/**
 * The gradient of {@link conv} in x: a convolution with the kernel turned round and its channel axes swapped.
 * @param g [N, O, H′, W′], the gradient in what `conv` made. @param w [O, C, k, k]. @param padding that `conv` had, less than k.
 * @returns [N, C, H, W]. @throws Error for kernels that are not square.
 */
export function convInputGradient(g: Tensor, w: Tensor, padding: number): Tensor {
  const [, , kh, kw] = w.shape as Shape4;
  if (kh !== kw) throw new Error(`only square kernels have an input gradient here; got ${kh}×${kw}`);
  // On a CPU 1.4 times as fast as ONNX's ConvTranspose (docs/decisions/0001).
  return conv(g, flipKernel(w), kh - 1 - padding);
}

const flip = defineOp({
  name: 'FlipKernel',
  shape: ([w]) => {
    const [o, c, kh, kw] = w!.shape as Shape4;
    return [c, o, kh, kw];
  },
  simplify: node => {
    const w = node.inputs[0]!;
    if (w.op === node.op) return w.inputs[0]!;
    if (!weightGradient.made(w)) return node;
    // Turned round, the correlation of x with g is that of g with x.
    const [x, g] = w.inputs as [Tensor, Tensor];
    const [kh, kw] = w.attributes.kernel as [number, number];
    return kh === kw ? convWeightGradient(g, x, [kh, kw], kh - 1 - w.attributes.padding) : node;
  },
  gradient: (_, g) => [() => flipKernel(g)],
  evaluate: ([w], node) => {
    const [c, o, kh, kw] = node.shape as Shape4;
    const area = kh * kw;
    return Float64Array.from({ length: c * o * area }, (_, at) => {
      const [channel, out, tap] = [Math.floor(at / (o * area)), Math.floor(at / area) % o, at % area];
      return w![(out * c + channel) * area + area - 1 - tap]!;
    });
  },
  lower: (emit, [w], node) => {
    const [c, o, kh, kw] = node.shape as Shape4;
    const swapped = emit.node('Transpose', [w!], { perm: [1, 0, 2, 3] });
    const area = kh * kw;
    if (area === 1) return swapped;
    // A product with the reversed unit matrix is exact, and takes a fifth of the time of Gather or Slice (docs/log.md).
    const reversal = Float32Array.from({ length: area * area }, (_, at) =>
      Number((at % area) + Math.floor(at / area) === area - 1),
    );
    const turned = emit.node('MatMul', [reshape(emit, swapped, [c * o, area]), emit.floats(reversal, [area, area])]);
    return reshape(emit, turned, [c, o, kh, kw]);
  },
});

/** [O, C, kh, kw] → [C, O, kh, kw], each kernel turned by 180°. Its own inverse and adjoint. */
export function flipKernel(w: Tensor): Tensor {
  return flip([w], {});
}

interface WeightGradientAttributes extends PaddingAttributes {
  readonly kernel: readonly number[];
}

const weightGradient = defineOp<WeightGradientAttributes>({
  name: 'ConvWeightGradient',
  shape: ([x, g], { kernel, padding }) => {
    const fits = [2, 3].every(axis => g!.shape[axis] === x!.shape[axis]! + 2 * padding - kernel[axis - 2]! + 1);
    if (!fits || x!.shape[0] !== g!.shape[0]) {
      throw new Error(`gradient [${g!.shape}] is not that of a ${kernel.join('×')} convolution of [${x!.shape}]`);
    }
    return [g!.shape[1]!, x!.shape[1]!, ...kernel];
  },
  gradient: (node, w) => {
    const [x, g] = node.inputs as [Tensor, Tensor];
    const { padding } = node.attributes;
    // Bilinear in x and g; `w` is the gradient of a kernel and so itself a kernel.
    return [() => convInputGradient(g, w, padding), () => conv(x, w, padding)];
  },
  evaluate: ([x, g], node) => {
    const result = new Float64Array(sizeOf(node.shape));
    const shapes = { x: node.inputs[0]!.shape, w: node.shape, y: node.inputs[1]!.shape };
    eachProduct(shapes, node.attributes.padding, (atX, atW, atY) => {
      result[atW]! += x![atX]! * g![atY]!;
    });
    return result;
  },
  lower: (emit, [x, g], node) => {
    const [o, , kh, kw] = node.shape as Shape4;
    const inBlocks = emit.target.blockedConvolutions === true && hasWholeBlocks(o) && kh * kw > 1;
    return inBlocks ? lowerWeightGradientInBlocks(emit, x!, g!, node) : lowerWeightGradient(emit, x!, g!, node);
  },
  flops: ({ shape, inputs: [x, g] }) => 2 * sizeOf(shape) * x!.shape[0]! * sizeOf(g!.shape.slice(2)),
});

/**
 * The gradient of {@link conv} in w.
 * @param x [N, C, H, W]. @param g [N, O, H′, W′], the gradient in what `conv` made. @param kernel height and width of w.
 * @param padding that `conv` had. @returns [O, C, kh, kw]. @throws Error where the shapes do not go together.
 */
export function convWeightGradient(x: Tensor, g: Tensor, kernel: readonly [number, number], padding: number): Tensor {
  return weightGradient([x, g], { kernel, padding });
}

/** In images of up to this many pixels, a matrix product for each image would be too short to be fast. */
const smallImage = 64;

/**
 * One matrix product a kernel tap, between g and x shifted by that tap: `Conv` with swapped batch and channel axes
 * takes 2 to 4 times as long (docs/decisions/0001). Small images are folded into one long product over batch and
 * pixels; large ones are multiplied image by image and summed, which saves turning them round (docs/log.md).
 */
function lowerWeightGradient(emit: Emitter, x: string, g: string, node: Tensor<WeightGradientAttributes>): string {
  const [n, c] = node.inputs[0]!.shape as Shape4;
  const [, o, rows, columns] = node.inputs[1]!.shape as Shape4;
  const { padding, kernel } = node.attributes;
  const [kh, kw] = kernel as [number, number];
  const area = rows * columns;
  const folded = area <= smallImage;
  const turn = (name: string) => (folded ? emit.node('Transpose', [name], { perm: [1, 0, 2, 3] }) : name);
  const flat = (name: string, channels: number) =>
    reshape(emit, name, folded ? [channels, n * area] : [n, channels, area]);
  const source = turn(pad(emit, x, padding));
  const flatG = flat(turn(g), o);
  const views = Array.from({ length: kh * kw }, (_, tap) => {
    const [top, left] = [Math.floor(tap / kw), tap % kw];
    const bounds = [
      [top, left],
      [top + rows, left + columns],
      [2, 3],
    ].map(values => emit.integers(values));
    return kh * kw === 1 ? source : emit.node('Slice', [source, ...bounds]);
  });
  const summed = (product: string) =>
    folded ? product : emit.node('ReduceSum', [product, emit.integers([0])], { keepdims: 0 });
  const rank = folded ? 2 : 3;
  if (emit.target.webgpu) {
    // One product for all taps: a fifth of the kernels to start.
    const all = views.length === 1 ? views[0]! : emit.node('Concat', views, { axis: folded ? 0 : 1 });
    const product = summed(multiplyTransposed(emit, flat(all, kh * kw * c), flatG, rank)); // [kh·kw·C, O]
    const turned = emit.node('Transpose', [reshape(emit, product, [kh * kw, c, o])], { perm: [2, 1, 0] });
    return reshape(emit, turned, [o, c, kh, kw]);
  }
  const taps = views.map(view => {
    const sum = summed(multiplyTransposed(emit, flatG, flat(view, c), rank)); // [O, C]
    return reshape(emit, sum, [o, c, 1]);
  });
  const stacked = taps.length === 1 ? taps[0]! : emit.node('Concat', taps, { axis: 2 });
  return reshape(emit, stacked, [o, c, kh, kw]);
}

/** Images that a blocked convolution takes for channels without having them in blocks: fewer than any block has. */
const mostUnblocked = 7;

/**
 * A convolution with batch and channel axes swapped, of [C, N, H, W] by kernels [O, N, H′, W′] in blocks of outputs: a
 * few images at a time, whose weights go onto the sum of those before. With all copies it takes 0.6 to 1 of the time of
 * products of taps (docs/log.md).
 */
function lowerWeightGradientInBlocks(
  emit: Emitter,
  x: string,
  g: string,
  node: Tensor<WeightGradientAttributes>,
): string {
  const [n, o, rows, columns] = node.inputs[1]!.shape as Shape4;
  const parts = Math.ceil(n / mostUnblocked);
  const padded = pad(emit, x, node.attributes.padding);
  const swap = (images: string) => emit.node('Transpose', [images], { perm: [1, 0, 2, 3] });
  let sum: string | undefined;
  for (let part = 0; part < parts; part++) {
    const [start, end] = [part, part + 1].map(bound => Math.floor((bound * n) / parts)) as [number, number];
    const bounds = [[start], [end], [0]].map(values => emit.integers(values));
    const some = (images: string) => swap(parts === 1 ? images : emit.node('Slice', [images, ...bounds]));
    const asPixels = reshape(emit, some(g), [1, o, (end - start) * rows * columns, 1]);
    const kernel = reshape(emit, intoBlocks(emit, asPixels), [o, end - start, rows, columns]);
    const noBias = '';
    sum = emit.node('Conv', [some(padded), kernel, ...(sum === undefined ? [] : [noBias, sum])], {}, blockedDomain);
  }
  return swap(outOfBlocks(emit, sum!, o)); // [C, O, kh, kw] before
}

function reshape(emit: Emitter, tensor: string, shape: Shape): string {
  return emit.node('Reshape', [tensor, emit.integers(shape)]);
}

/** Puts zeros around images. */
function pad(emit: Emitter, images: string, padding: number): string {
  const sides = [0, 0, padding, padding];
  return padding === 0 ? images : emit.node('Pad', [images, emit.integers([...sides, ...sides])]);
}

/** a · bᵀ over the last two axes. */
function multiplyTransposed(emit: Emitter, a: string, b: string, rank: 2 | 3): string {
  if (emit.target.fusedMatMul) return emit.node('FusedMatMul', [a, b], { transB: 1 }, 'com.microsoft');
  const perm = rank === 2 ? [1, 0] : [0, 2, 1];
  return emit.node('MatMul', [a, emit.node('Transpose', [b], { perm })]);
}
