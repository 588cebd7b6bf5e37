// The array that .npy and safetensors files hold, and the one table of element types that both formats share.
import { UserError } from '../errors.ts';
import { fromHalves } from './half.ts';

export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array;

/** A dense array in C order (last axis fastest): `data.length` is the product of `shape`; shape [] is one number. */
export interface NdArray<T extends TypedArray = TypedArray> {
  readonly shape: readonly number[];
  readonly data: T;
}

interface ElementType {
  readonly bytes: number;
  readonly npy: string;
  readonly safetensors: string;
  view(buffer: ArrayBuffer): TypedArray;
}

/**
 * Little-endian throughout, as every machine is that JavaScript runs on today. Booleans are read as 0 and 1 in uint8,
 * halves as float32, which holds them exactly.
 */
const elementTypes = {
  float32: { bytes: 4, npy: '<f4', safetensors: 'F32', view: buffer => new Float32Array(buffer) },
  float16: { bytes: 2, npy: '<f2', safetensors: 'F16', view: buffer => fromHalves(new Uint16Array(buffer)) },
  float64: { bytes: 8, npy: '<f8', safetensors: 'F64', view: buffer => new Float64Array(buffer) },
  int8: { bytes: 1, npy: '|i1', safetensors: 'I8', view: buffer => new Int8Array(buffer) },
  uint8: { bytes: 1, npy: '|u1', safetensors: 'U8', view: buffer => new Uint8Array(buffer) },
  int16: { bytes: 2, npy: '<i2', safetensors: 'I16', view: buffer => new Int16Array(buffer) },
  uint16: { bytes: 2, npy: '<u2', safetensors: 'U16', view: buffer => new Uint16Array(buffer) },
  int32: { bytes: 4, npy: '<i4', safetensors: 'I32', view: buffer => new Int32Array(buffer) },
  uint32: { bytes: 4, npy: '<u4', safetensors: 'U32', view: buffer => new Uint32Array(buffer) },
  int64: { bytes: 8, npy: '<i8', safetensors: 'I64', view: buffer => new BigInt64Array(buffer) },
  bool: { bytes: 1, npy: '|b1', safetensors: 'BOOL', view: buffer => new Uint8Array(buffer) },
} as const satisfies Record<string, ElementType>;

/** An element type's name, NumPy's. */
export type DType = keyof typeof elementTypes;

export const dtypes = Object.keys(elementTypes) as DType[];

export function elementType(dtype: DType): ElementType {
  return elementTypes[dtype];
}

/** @returns the type of an array's elements; a Uint8Array is `uint8`, never `bool`, a Float32Array never `float16`. */
export function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Uint8Array) return 'uint8';
  if (data instanceof Int16Array) return 'int16';
  if (data instanceof Uint16Array) return 'uint16';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint32Array) return 'uint32';
  return 'int64';
}

/** The number of elements of `shape`, or undefined where it is no shape or too large to count exactly. */
export function elementCount(shape: readonly unknown[]): number | undefined {
  let count = 1;
  for (const length of shape) {
    if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) return undefined;
    count *= length;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/** Reads `bytes` as elements of `dtype`. Copies: a view may not start at an odd offset, nor outlive its file. */
export function arrayFromBytes(dtype: DType, bytes: Uint8Array): TypedArray {
  return elementType(dtype).view(new Uint8Array(bytes).buffer);
}

/** The memory of `data` as bytes, without copying. */
export function bytesOf(data: TypedArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The elements as float32: the same array where it is one already. */
export function toFloat32(data: TypedArray): Float32Array {
  if (data instanceof Float32Array) return data;
  return data instanceof BigInt64Array ? Float32Array.from(data, Number) : new Float32Array(data);
}

/** The elements as float64: the same array where it is one already. */
export function toFloat64(data: TypedArray): Float64Array {
  if (data instanceof Float64Array) return data;
  return data instanceof BigInt64Array ? Float64Array.from(data, Number) : new Float64Array(data);
}

/**
 * @param expected the shape wanted; null stands for any length.
 * @param name what the array is called in the error: a file's path.
 * @throws UserError where `array` has another shape.
 */
export function checkShape(array: Pick<NdArray, 'shape'>, expected: readonly (number | null)[], name: string): void {
  const { shape } = array;
  const fits =
    shape.length === expected.length && expected.every((length, i) => length === null || length === shape[i]);
  if (fits) return;
  const wanted = expected.map(length => length ?? 'any').join(', ');
  throw new UserError(`${name} must have shape [${wanted}]; got [${shape.join(', ')}]`);
}
