// The abilities of the device that will run a graph, and how weights are stored: an op's lowering may depend on them.

export interface Target {
  /** Whether `com.microsoft.FusedMatMul` exists: a matrix product that reads its operands transposed. */
  readonly fusedMatMul: boolean;
  /**
   * Whether the kernels are those of ONNX Runtime's WebGPU provider: starting one costs more than most of them compute.
   * Left out: they are not.
   */
  readonly webgpu?: boolean;
  /**
   * Whether convolutions take images in blocks of channels. For training: in graphs for inference, whose weights are
   * constant, the runtime does so by itself and leaves images in blocks from layer to layer. Left out: they do not.
   */
  readonly blockedConvolutions?: boolean;
  /** How weights are stored in the file; float32 if left out. The runtime turns halves into float32 on opening it. */
  readonly weights?: WeightPrecision;
}

/** NumPy's names. */
export type WeightPrecision = 'float32' | 'float16';
