// Exports every operation for those who build networks; helpers that only other operations need stay inside.
export * from './ops/activation.ts';
export { add, div, mean, mul, neg, square, sub } from './ops/arithmetic.ts';
export { expand, ones, sum, zeros } from './ops/broadcast.ts';
export * from './ops/comparison.ts';
export * from './ops/conv.ts';
export { constant, input, scalar } from './ops/leaf.ts';
export * from './ops/matmul.ts';
export * from './ops/resample.ts';
export { rmsNorm } from './ops/rms-norm.ts';
export { concat, pad, reshape, slice, transpose } from './ops/shape.ts';
export * from './ops/transcendental.ts';
export { upsampledConv } from './ops/upsampled-conv.ts';
