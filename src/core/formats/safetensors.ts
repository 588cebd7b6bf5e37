// Reads and writes safetensors: weights and checkpoints as plain numbers, with nothing in the file that could run.
// Format: https://huggingface.co/docs/safetensors — 8 bytes of header length, a JSON header, the tensors' bytes.
import { checkKind, jsonExcerpt, UserError } from '../errors.ts';
import { toHalves } from './half.ts';
import type { DType, NdArray } from './nd-array.ts';
import { arrayFromBytes, bytesOf, dtypeOf, dtypes, elementCount, elementType, toFloat32 } from './nd-array.ts';

interface Safetensors {
  readonly tensors: Record<string, NdArray>;
  readonly metadata: Record<string, string>;
}

/** Where one tensor lies; offsets count from the end of the header. */
interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: number[];
  readonly start: number;
  readonly end: number;
}

/** A tensor as it is written. */
interface Stored {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The reference implementation's limit: a longer header is an attack or an accident. */
const maxHeaderBytes = 100_000_000;

/**
 * The same tensors give the same bytes, in whatever order they are named.
 * @param halves names of tensors that are rounded to half precision; read again, they are float32.
 * @throws RangeError where a tensor's shape and data disagree, or one is called `__metadata__`.
 */
export function encodeSafetensors(
  tensors: Record<string, NdArray>,
  metadata: Record<string, string> = {},
  halves: ReadonlySet<string> = new Set(),
): Uint8Array<ArrayBuffer> {
  if (Object.hasOwn(tensors, '__metadata__')) throw new RangeError('no tensor may be called __metadata__');
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push(['__metadata__', metadata]);
  const stored = Object.entries(tensors)
    .map(([name, { shape, data }]): Stored => {
      if (elementCount(shape) !== data.length) {
        throw new RangeError(`tensor ${name}: shape [${shape.join(', ')}] does not hold ${data.length} elements`);
      }
      const bytes = halves.has(name) ? bytesOf(toHalves(toFloat32(data))) : bytesOf(data);
      return { name, dtype: halves.has(name) ? 'float16' : dtypeOf(data), shape, bytes };
    })
    .sort(wideElementsFirst);
  let dataLength = 0;
  for (const { name, dtype, shape, bytes } of stored) {
    const offsets = [dataLength, dataLength + bytes.length];
    header.push([name, { dtype: elementType(dtype).safetensors, shape, data_offsets: offsets }]);
    dataLength += bytes.length;
  }
  const json = JSON.stringify(Object.fromEntries(header));
  const unpadded = new TextEncoder().encode(json).length;
  const text = new TextEncoder().encode(json + ' '.repeat((8 - (unpadded % 8)) % 8));
  const file = new Uint8Array(8 + text.length + dataLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  let at = 8 + text.length;
  for (const { bytes } of stored) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/**
 * @param bytes a whole file. @param name what the file is called in errors: its path.
 * @returns tensors in the file's order, each a copy with memory of its own.
 * @throws UserError for a damaged or unsafe file, or an element type we do not know.
 */
export function decodeSafetensors(bytes: Uint8Array, name = 'the safetensors data'): Safetensors {
  checkKind(name, bytes, 'a Uint8Array');
  const { json, dataOffset } = readHeader(bytes, name);
  let metadata: [string, string][] = [];
  const entries: Entry[] = [];
  for (const [key, value] of Object.entries(json)) {
    if (key === '__metadata__') metadata = readMetadata(value, name);
    else entries.push(readEntry(key, value, name));
  }
  checkCover(entries, bytes.length - dataOffset, name);
  const tensors = entries.map(({ name: tensor, dtype, shape, start, end }): [string, NdArray] => {
    const data = arrayFromBytes(dtype, bytes.subarray(dataOffset + start, dataOffset + end));
    return [tensor, { shape, data }];
  });
  return { tensors: Object.fromEntries(tensors), metadata: Object.fromEntries(metadata) };
}

/** Widest elements first, so that each tensor begins at a multiple of its element's size; then by name. */
function wideElementsFirst(a: Stored, b: Stored): number {
  return elementType(b.dtype).bytes - elementType(a.dtype).bytes || (a.name < b.name ? -1 : 1);
}

function readHeader(bytes: Uint8Array, name: string): { json: object; dataOffset: number } {
  if (bytes.length < 8) throw new UserError(`${name} is not a safetensors file: it has only ${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const limit = Math.min(maxHeaderBytes, bytes.length - 8);
  if (length > BigInt(limit)) {
    throw new UserError(`${name}: the safetensors header must fit into ${limit} bytes; got a length of ${length}`);
  }
  const dataOffset = 8 + Number(length);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, dataOffset)));
  } catch {
    throw new UserError(`${name}: the safetensors header must be JSON in UTF-8. Make or copy the file again`);
  }
  if (!isObject(json)) throw new UserError(`${name}: the safetensors header must be a JSON object`);
  return { json, dataOffset };
}

function readMetadata(value: unknown, name: string): [string, string][] {
  const pairs = isObject(value) ? Object.entries(value) : undefined;
  if (pairs?.every((pair): pair is [string, string] => typeof pair[1] === 'string')) return pairs;
  throw new UserError(`${name}: __metadata__ must map strings to strings; got ${jsonExcerpt(value)}`);
}

function readEntry(tensor: string, value: unknown, name: string): Entry {
  const where = `${name}: tensor ${jsonExcerpt(tensor)}`;
  if (!isObject(value)) throw new UserError(`${where} must be described by an object; got ${jsonExcerpt(value)}`);
  const { dtype: typeName, shape, data_offsets: offsets } = value as Record<string, unknown>;
  const dtype = dtypes.find(candidate => elementType(candidate).safetensors === typeName);
  if (dtype === undefined) {
    const known = dtypes.map(candidate => elementType(candidate).safetensors).join(', ');
    throw new UserError(`${where} must have a dtype out of ${known}; got ${jsonExcerpt(typeName)}`);
  }
  const count = Array.isArray(shape) ? elementCount(shape) : undefined;
  if (!Array.isArray(shape) || count === undefined) {
    throw new UserError(`${where} must have a shape of whole numbers; got ${jsonExcerpt(shape)}`);
  }
  const [start, end] = Array.isArray(offsets) && offsets.length === 2 ? offsets : [];
  const size = count * elementType(dtype).bytes;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end - start !== size) {
    throw new UserError(`${where} must have data_offsets that span its ${size} bytes; got ${jsonExcerpt(offsets)}`);
  }
  return { name: tensor, dtype, shape, start, end };
}

/** Every byte of the data must belong to exactly one tensor: nothing hidden, nothing shared, nothing out of bounds. */
function checkCover(entries: readonly Entry[], dataLength: number, name: string): void {
  let covered = 0;
  for (const { name: tensor, start, end } of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== covered) {
      const fault = start < covered ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw new UserError(`${name}: tensor ${jsonExcerpt(tensor)} ${fault} (expected offset ${covered}; got ${start})`);
    }
    covered = end;
  }
  if (covered !== dataLength) {
    throw new UserError(
      `${name}: the tensors span ${covered} bytes; the file holds ${dataLength}. Make or copy it again`,
    );
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
