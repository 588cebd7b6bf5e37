// Comparisons give booleans, `where` chooses by them, `clip` bounds; no gradient flows through a comparison.
import { type Attributes, broadcastShapes, defineOp, type Tensor } from '../tensor.ts';
import { sumTo, zeros } from './broadcast.ts';
import { scalar } from './leaf.ts';
import { zipValues } from './values.ts';

type Operand = Tensor | number;

function defineComparison(name: string, holds: (a: number, b: number) => boolean): (a: Operand, b: Operand) => Tensor {
  const apply = defineOp({
    name,
    dtype: 'bool',
    shape: ([a, b]) => broadcastShapes(a!.shape, b!.shape),
    gradient: () => [],
    evaluate: (inputs, node) => zipValues(node, inputs, (a, b) => (holds(a!, b!) ? 1 : 0)),
    lower: (emit, inputs) => emit.node(name, inputs),
  });
  return (a, b) => apply([typeof a === 'number' ? scalar(a) : a, typeof b === 'number' ? scalar(b) : b], {});
}

export const greater = defineComparison('Greater', (a, b) => a > b);
export const less = defineComparison('Less', (a, b) => a < b);

const select = defineOp({
  name: 'Where',
  shape: ([condition, a, b]) => {
    if (condition!.dtype !== 'bool') throw new Error('where chooses by a comparison, not by numbers');
    return broadcastShapes(condition!.shape, broadcastShapes(a!.shape, b!.shape));
  },
  gradient: (node, g) => {
    const [condition, a, b] = node.inputs as [Tensor, Tensor, Tensor];
    return [
      undefined,
      () => sumTo(where(condition, g, zeros(g.shape)), a.shape),
      () => sumTo(where(condition, zeros(g.shape), g), b.shape),
    ];
  },
  evaluate: (inputs, node) => zipValues(node, inputs, (condition, a, b) => (condition ? a! : b!)),
  lower: (emit, inputs) => emit.node('Where', inputs),
});

/** Elements of `a` where the condition holds, of `b` elsewhere. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  return select([condition, typeof a === 'number' ? scalar(a) : a, typeof b === 'number' ? scalar(b) : b], {});
}

interface BoundsAttributes extends Attributes {
  readonly low: number;
  readonly high: number;
}

const bound = defineOp<BoundsAttributes>({
  name: 'Clip',
  shape: ([x]) => x!.shape,
  gradient: (node, g) => {
    const [x] = node.inputs as [Tensor];
    const { low, high } = node.attributes;
    return [() => where(greater(x, low), where(less(x, high), g, zeros(g.shape)), zeros(g.shape))];
  },
  evaluate: ([x], { attributes: { low, high } }) => x!.map(value => Math.min(Math.max(value, low), high)),
  lower: (emit, [x], { attributes: { low, high } }) =>
    emit.node('Clip', [x!, emit.floats([low], []), emit.floats([high], [])]),
});

/** @param low, high bounds, low ≤ high. The gradient is 0 outside and at the bounds. */
export function clip(x: Tensor, low: number, high: number): Tensor {
  return bound([x], { low, high });
}
