// Counts the arithmetic of a graph, for saying how near an engine comes to what a machine can do.
import { sizeOf, type Tensor, topologicalOrder } from './tensor.ts';

/** Operations that are sums of products, each with the number of products behind one of its results. */
const products: Readonly<Record<string, (node: Tensor) => number>> = {
  Conv: ({ inputs }) => sizeOf(inputs[1]!.shape.slice(1)),
  ConvWeightGradient: ({ inputs }) => sizeOf([inputs[0]!.shape[0]!, ...inputs[1]!.shape.slice(2)]),
  MatMul: ({ inputs, attributes }) => inputs[0]!.shape.at(attributes.transposeA === true ? -2 : -1)!,
};

/** @returns multiplications and additions of all convolutions and matrix products that the outputs need. */
export function countFlops(outputs: Iterable<Tensor>): number {
  return topologicalOrder(outputs).reduce((total, node) => {
    const count = products[node.op.name];
    return count === undefined ? total : total + 2 * sizeOf(node.shape) * count(node);
  }, 0);
}
