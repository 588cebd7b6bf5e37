// Rectifiers. Their second derivative is zero almost everywhere, so the slope mask counts as a constant.
import { type Attributes, defineOp, type Tensor } from '../tensor.ts';
import { zipValues } from './values.ts';

interface SlopeAttributes extends Attributes {
  /** Factor for negative values, in [0, 1). */
  readonly slope: number;
}

const rectify = defineOp<SlopeAttributes>({
  name: 'LeakyRelu',
  shape: ([x]) => x!.shape,
  // The output has the input's sign, so the gradient goes by the output: the input need not be kept, and ONNX Runtime
  // can fuse the rectifier with a convolution before it.
  gradient: (node, g) => [() => rectifyGradient([g, node], node.attributes)],
  evaluate: ([x], { attributes }) => x!.map(value => (value > 0 ? value : value * attributes.slope)),
  lower: (emit, inputs, { attributes }) =>
    attributes.slope === 0
      ? emit.node('Relu', inputs)
      : emit.node('LeakyRelu', inputs, { alpha: { float: attributes.slope } }),
});

/** Inputs: the output's gradient, and the output. Linear in the first. */
const rectifyGradient = defineOp<SlopeAttributes>({
  name: 'LeakyReluGradient',
  shape: ([g]) => g!.shape,
  gradient: (node, g) => [(): Tensor => rectifyGradient([g, node.inputs[1]!], node.attributes), undefined],
  evaluate: (inputs, node) => zipValues(node, inputs, (g, y) => (y! > 0 ? g! : g! * node.attributes.slope)),
  lower: (emit, [g, y], { attributes }) => {
    // 1 or the slope, by the sign of y where |y| > 1e-30; takes a third of the time of Greater and Where (docs/log.md).
    const steep = emit.node('Mul', [y!, emit.floats([1e30], [])]);
    const factor = emit.node('Clip', [steep, emit.floats([attributes.slope], []), emit.floats([1], [])]);
    return emit.node('Mul', [g!, factor]);
  },
});

export function relu(x: Tensor): Tensor {
  return rectify([x], { slope: 0 });
}

/** @param slope factor for negative values; 0.2 in PGGAN. */
export function leakyRelu(x: Tensor, slope = 0.2): Tensor {
  return rectify([x], { slope });
}
