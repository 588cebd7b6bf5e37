// Batched matrix product whose operands may be read transposed, so that gradients need no transposes.
import { type Attributes, broadcastShapes, defineOp, sizeOf, type Tensor } from '../tensor.ts';
import { sumTo } from './broadcast.ts';
import { broadcastOffsets } from './values.ts';

interface MatMulAttributes extends Attributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Rows and columns of an operand as the product sees it. */
function matrixShape({ shape }: Tensor, transposed: boolean): readonly [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

const multiply = defineOp<MatMulAttributes>({
  name: 'MatMul',
  shape: ([a, b], { transposeA, transposeB }) => {
    const [rows, inner] = matrixShape(a!, transposeA);
    const [innerB, columns] = matrixShape(b!, transposeB);
    if (a!.shape.length < 2 || b!.shape.length < 2 || inner !== innerB) {
      throw new Error(
        `[${a!.shape}] and [${b!.shape}] cannot be multiplied (transposed: ${transposeA}, ${transposeB})`,
      );
    }
    return [...broadcastShapes(a!.shape.slice(0, -2), b!.shape.slice(0, -2)), rows, columns];
  },
  gradient: (node, g) => {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const { transposeA, transposeB } = node.attributes;
    return [
      () => sumTo(transposeA ? matmul(b, g, transposeB, true) : matmul(g, b, false, !transposeB), a.shape),
      () => sumTo(transposeB ? matmul(g, a, true, transposeA) : matmul(a, g, !transposeA, false), b.shape),
    ];
  },
  evaluate: ([a, b], node) => {
    const { transposeA, transposeB } = node.attributes;
    const [shapeA, shapeB] = [node.inputs[0]!.shape, node.inputs[1]!.shape];
    const [rows, inner] = matrixShape(node.inputs[0]!, transposeA);
    const columns = node.shape.at(-1)!;
    const batch = node.shape.slice(0, -2);
    const batchA = broadcastOffsets(shapeA.slice(0, -2), batch);
    const batchB = broadcastOffsets(shapeB.slice(0, -2), batch);
    const result = new Float64Array(sizeOf(node.shape));
    for (let m = 0; m < sizeOf(batch); m++) {
      const [startA, startB] = [batchA[m]! * rows * inner, batchB[m]! * inner * columns];
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          let total = 0;
          for (let k = 0; k < inner; k++) {
            const left = a![startA + (transposeA ? k * rows + i : i * inner + k)]!;
            total += left * b![startB + (transposeB ? j * inner + k : k * columns + j)]!;
          }
          result[(m * rows + i) * columns + j] = total;
        }
      }
    }
    return result;
  },
  lower: (emit, [a, b], node) => {
    const { transposeA, transposeB } = node.attributes;
    if (!transposeA && !transposeB) return emit.node('MatMul', [a!, b!]);
    if (emit.target.fusedMatMul) {
      const attributes = { transA: Number(transposeA), transB: Number(transposeB) };
      return emit.node('FusedMatMul', [a!, b!], attributes, 'com.microsoft');
    }
    const turned = (name: string, { shape }: Tensor) => {
      const axes = [...shape.keys()];
      return emit.node('Transpose', [name], { perm: [...axes.slice(0, -2), axes.length - 1, axes.length - 2] });
    };
    const left = transposeA ? turned(a!, node.inputs[0]!) : a!;
    return emit.node('MatMul', [left, transposeB ? turned(b!, node.inputs[1]!) : b!]);
  },
  flops: ({ shape, inputs: [a], attributes }) => 2 * sizeOf(shape) * matrixShape(a!, attributes.transposeA)[1],
});

/**
 * @param a [..., M, K], or [..., K, M] with transposeA.
 * @param b [..., K, N], or [..., N, K] with transposeB; leading axes broadcast.
 * @returns [..., M, N].
 */
export function matmul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  return multiply([a, b], { transposeA, transposeB });
}
