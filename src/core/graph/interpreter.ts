// Runs a graph in float64 by each op's plain definition: slow, readable, the oracle of the compiled form.
import { inputName } from './ops/leaf.ts';
import { sizeOf, type Tensor, topologicalOrder, type Values } from './tensor.ts';

/**
 * @param feeds row-major values of every input the outputs need, by name.
 * @returns the outputs' values, in their order.
 * @throws Error if an input is missing or has another size than its shape.
 */
export function interpret(outputs: readonly Tensor[], feeds: Readonly<Record<string, ArrayLike<number>>>): Values[] {
  const values = new Map<Tensor, Values>();
  for (const node of topologicalOrder(outputs)) {
    const name = inputName(node);
    if (name === undefined) {
      values.set(
        node,
        node.op.evaluate(
          node.inputs.map(input => values.get(input)!),
          node,
        ),
      );
      continue;
    }
    const fed = feeds[name];
    if (fed?.length !== sizeOf(node.shape)) {
      throw new Error(
        `input ${name} must have ${sizeOf(node.shape)} values [${node.shape}]; got ${fed?.length ?? 'none'}`,
      );
    }
    values.set(node, Float64Array.from(fed));
  }
  return outputs.map(output => values.get(output)!);
}
