// Reads and writes NumPy's .npy files, so that latents, scores and boundaries open in NumPy and InterFaceGAN.
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import { UserError } from '../errors.ts';
import type { DType, NdArray, TypedArray } from './nd-array.ts';
import { arrayFromBytes, bytesOf, dtypeOf, dtypes, elementCount, elementType } from './nd-array.ts';

interface NpyHeader {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Whether the first axis is the fastest; `decodeNpy` turns such data into C order. */
  readonly fortranOrder: boolean;
  /** Where the data begins, in bytes from the start of the file. */
  readonly dataOffset: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

/**
 * The header, padded so that the data begins at a multiple of 64 bytes; for writing an array piece by piece, this
 * first and then the rows' bytes.
 * @throws RangeError where `shape` is not one.
 */
export function encodeNpyHeader(dtype: DType, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  if (elementCount(shape) === undefined) throw new RangeError(`not a shape: [${shape.join(', ')}]`);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '${elementType(dtype).npy}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const unpadded = magic.length + 4 + dictionary.length + 1;
  const padding = (64 - (unpadded % 64)) % 64;
  const text = new TextEncoder().encode(`${dictionary}${' '.repeat(padding)}\n`);
  if (text.length > 0xffff)
    throw new RangeError(`a shape of ${shape.length} axes does not fit a version 1 .npy header`);
  return Uint8Array.from([...magic, 1, 0, text.length & 0xff, text.length >> 8, ...text]);
}

/** @returns a whole version 1 .npy file. @throws RangeError where shape and data disagree. */
export function encodeNpy(array: NdArray): Uint8Array<ArrayBuffer> {
  const { shape, data } = array;
  if (elementCount(shape) !== data.length) {
    throw new RangeError(`shape [${shape.join(', ')}] does not hold ${data.length} elements`);
  }
  const header = encodeNpyHeader(dtypeOf(data), shape);
  const file = new Uint8Array(header.length + data.byteLength);
  file.set(header);
  file.set(bytesOf(data), header.length);
  return file;
}

/**
 * @param bytes the file's beginning; it may end anywhere after the header.
 * @param name what the file is called in errors: its path.
 * @throws UserError for anything that is not a .npy header with a type we know.
 */
export function decodeNpyHeader(bytes: Uint8Array, name = 'the .npy data'): NpyHeader {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw new UserError(`${name} is not a .npy file: it must begin with \\x93NUMPY. Save it with numpy.save`);
  }
  const version = bytes[6]!;
  if (version < 1 || version > 3) {
    throw new UserError(`${name}: .npy version must be 1, 2 or 3; got ${version}. Save it with numpy.save`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textOffset = version === 1 ? 10 : 12;
  if (bytes.length < textOffset) throw truncated(name, textOffset, bytes.length);
  const dataOffset = textOffset + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < dataOffset) throw truncated(name, dataOffset, bytes.length);
  const text = new TextDecoder().decode(bytes.subarray(textOffset, dataOffset));
  return { ...parseDictionary(text, name), dataOffset };
}

/**
 * @param bytes a whole file. @param name what the file is called in errors: its path.
 * @returns the array in C order; int64 as BigInt64Array, bool as Uint8Array.
 * @throws UserError for a damaged file, or a type we do not know.
 */
export function decodeNpy(bytes: Uint8Array, name = 'the .npy data'): NdArray {
  const { dtype, shape, fortranOrder, dataOffset } = decodeNpyHeader(bytes, name);
  const count = elementCount(shape)!;
  const end = dataOffset + count * elementType(dtype).bytes;
  if (bytes.length < end) throw truncated(name, end, bytes.length);
  if (bytes.length > end) {
    throw new UserError(
      `${name} must end after its ${end - dataOffset} bytes of data; ${bytes.length - end} more follow`,
    );
  }
  const data = arrayFromBytes(dtype, bytes.subarray(dataOffset, end));
  return { shape, data: fortranOrder ? toCOrder(data, shape) : data };
}

/** Reads the three entries of the header, a Python dictionary such as `{'descr': '<f4', 'fortran_order': False, …}`. */
function parseDictionary(text: string, name: string): Omit<NpyHeader, 'dataOffset'> {
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(text)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const tuple = /['"]shape['"]\s*:\s*\(([\d\sL,]*)\)/.exec(text)?.[1]; // Python 2 wrote lengths as 512L
  if (descr === undefined || order === undefined || tuple === undefined) {
    const shown = JSON.stringify(text.slice(0, 120));
    throw new UserError(
      `${name}: a .npy header must give descr, fortran_order and shape of a plain array; got ${shown}`,
    );
  }
  const dtype = dtypes.find(candidate => elementType(candidate).npy.slice(1) === descr.slice(1));
  const littleEndian = descr.startsWith('<') || (descr.startsWith('|') && descr.endsWith('1'));
  if (dtype === undefined || !littleEndian) {
    const known = dtypes.join(', ');
    throw new UserError(`${name}: elements must be little-endian ${known}; got "${descr}". Convert it with astype`);
  }
  const lengths = tuple.split(',').map(part => part.trim().replace(/L$/, ''));
  if (lengths.at(-1) === '') lengths.pop();
  if (lengths.some(length => !/^\d+$/.test(length))) {
    throw new UserError(`${name}: a shape must be a list of lengths; got (${tuple})`);
  }
  const shape = lengths.map(Number);
  if (elementCount(shape) === undefined)
    throw new UserError(`${name}: a shape of (${tuple}) is too large for any file`);
  return { dtype, shape, fortranOrder: order === 'True' };
}

/** Copies from first-axis-fastest to last-axis-fastest order. */
function toCOrder<T extends TypedArray>(data: T, shape: readonly number[]): T {
  const ordered = data.slice() as T;
  const index = shape.map(() => 0);
  for (let to = 0; to < data.length; to++) {
    let from = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) from = from * shape[axis]! + index[axis]!;
    ordered[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return ordered;
}

function truncated(name: string, expected: number, received: number): UserError {
  return new UserError(`${name} is cut short: it must have ${expected} bytes; got ${received}. Make or copy it again`);
}
