// Reverse-mode differentiation: gradients are ordinary nodes, so a gradient can be differentiated again.
import { add } from './ops/arithmetic.ts';
import { ones, zeros } from './ops/broadcast.ts';
import { sameShape, type Tensor, topologicalOrder } from './tensor.ts';

/**
 * Gradients of the sum of `y`'s elements.
 * @param y any shape; a loss is a scalar.
 * @param xs tensors to differentiate by, inputs or intermediate ones.
 * @param outputGradient the gradient by `y`, of its shape, that is passed back; ones if left out.
 * @returns one tensor for each x, of its shape; zeros where `y` does not depend on it.
 */
export function gradients(y: Tensor, xs: readonly Tensor[], outputGradient = ones(y.shape)): Tensor[] {
  const order = topologicalOrder([y]);
  const wanted = new Set(xs);
  // Only nodes on a path from some x to y carry a gradient; nothing else is ever built.
  const carries = new Set<Tensor>();
  for (const node of order) {
    if (node.dtype === 'float' && (wanted.has(node) || node.inputs.some(input => carries.has(input)))) {
      carries.add(node);
    }
  }
  const gradientOf = new Map<Tensor, Tensor>();
  if (carries.has(y)) gradientOf.set(y, outputGradient);
  for (const node of order.reverse()) {
    const ofNode = gradientOf.get(node);
    if (ofNode === undefined) continue;
    const rules = node.op.gradient(node, ofNode);
    node.inputs.forEach((input, index) => {
      const rule = carries.has(input) ? rules[index] : undefined;
      if (rule === undefined) return;
      const contribution = rule();
      if (!sameShape(contribution.shape, input.shape)) {
        throw new Error(`${node.op.name}: gradient ${index} has shape [${contribution.shape}], not [${input.shape}]`);
      }
      const sum = gradientOf.get(input);
      gradientOf.set(input, sum === undefined ? contribution : add(sum, contribution));
    });
  }
  return xs.map(x => gradientOf.get(x) ?? zeros(x.shape));
}
