// Rectifiers. Their second derivative is zero almost everywhere, so the slope mask counts as a constant.
import { type Attributes, defineOp, type Tensor } from '../tensor.ts';
import { mapValues, zipValues } from './elementwise.ts';

interface SlopeAttributes extends Attributes {
  /** Factor for negative values. */
  readonly slope: number;
}

const rectify = defineOp<SlopeAttributes>({
  name: 'LeakyRelu',
  shape: ([x]) => x!.shape,
  gradient: (node, g) => [() => rectifyGradient([g, node.inputs[0]!], node.attributes)],
  evaluate: ([x], { attributes }) => mapValues(x!, value => (value > 0 ? value : value * attributes.slope)),
  lower: (emit, inputs, { attributes }) =>
    attributes.slope === 0
      ? emit.node('Relu', inputs)
      : emit.node('LeakyRelu', inputs, { alpha: { float: attributes.slope } }),
});

/** inputs: gradient of the output, input of the rectifier; linear in the first. */
const rectifyGradient = defineOp<SlopeAttributes>({
  name: 'LeakyReluGradient',
  shape: ([g]) => g!.shape,
  gradient: (node, g) => [(): Tensor => rectifyGradient([g, node.inputs[1]!], node.attributes), undefined],
  evaluate: (inputs, node) => zipValues(node, inputs, (g, x) => (x! > 0 ? g! : g! * node.attributes.slope)),
  lower: (emit, [g, x], { attributes }) => {
    const positive = emit.node('Greater', [x!, emit.floats([0], [])]);
    const factor = emit.node('Where', [positive, emit.floats([1], []), emit.floats([attributes.slope], [])]);
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
