// Counts the arithmetic of a graph, so that a benchmark can say how near the engine comes to what a machine can do.
import { type Tensor, topologicalOrder } from './tensor.ts';

/** @returns multiplications and additions of all convolutions and matrix products that the outputs need. */
export function countFlops(outputs: Iterable<Tensor>): number {
  return topologicalOrder(outputs).reduce((total, node) => total + (node.op.flops?.(node) ?? 0), 0);
}
