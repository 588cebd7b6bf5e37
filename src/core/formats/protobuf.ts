// The wire format of Protocol Buffers, for messages whose schema is data: it runs where pages forbid generated code.
// Format: https://protobuf.dev/programming-guides/encoding — the part that ONNX uses.

export type FieldType = 'int' | 'float' | 'text' | 'bytes' | Schema;

interface Field {
  readonly id: number;
  /** `int` is a signed whole number of 64 bits, as exact as a JavaScript number. */
  readonly type: FieldType;
  readonly repeated?: boolean;
}

/** The fields of a message by name; they are written in this order. */
export interface Schema {
  readonly [name: string]: Field;
}

/** A message in memory: a number, string, Uint8Array or message a field, or a list of them. */
export type Message = Readonly<Record<string, unknown>>;

const [varint, fixed64, delimited, fixed32] = [0, 1, 2, 5] as const;

/** @returns the bytes of a message; fields that are left out or undefined are not written. */
export function encodeMessage(schema: Schema, message: Message): Uint8Array<ArrayBuffer> {
  // The parts are joined at the end, so that large ones are copied once and not at every level.
  const parts: Uint8Array[] = [];
  const bytes = new Uint8Array(appendMessage(parts, schema, message));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** @returns the number of bytes it appended to the parts. */
function appendMessage(parts: Uint8Array[], schema: Schema, message: Message): number {
  let size = 0;
  const append = (part: Uint8Array) => {
    parts.push(part);
    size += part.length;
  };
  for (const [name, { id, type, repeated }] of Object.entries(schema)) {
    const value = message[name];
    if (value === undefined) continue;
    for (const each of repeated === true ? (value as readonly unknown[]) : [value]) {
      append(varintBytes(id * 8 + wireTypeOf(type)));
      if (type === 'int') append(varintBytes(each as number));
      else if (type === 'float') append(floatBytes(each as number));
      else if (typeof type === 'string') {
        const content = type === 'text' ? new TextEncoder().encode(each as string) : (each as Uint8Array);
        append(varintBytes(content.length));
        append(content);
      } else {
        const place = parts.push(new Uint8Array(0)) - 1; // for the length, which is known afterwards
        const contentSize = appendMessage(parts, type, each as Message);
        parts[place] = varintBytes(contentSize);
        size += parts[place].length + contentSize;
      }
    }
  }
  return size;
}

function wireTypeOf(type: FieldType): number {
  if (type === 'int') return varint;
  return type === 'float' ? fixed32 : delimited;
}

/** Seven bits a byte, the lowest first; negative numbers in 64-bit two's complement. */
function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value < 0 ? BigInt.asUintN(64, BigInt(value)) : BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function floatBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return bytes;
}

/**
 * @returns the message with every field of the schema: those that were not written are 0, empty or, for a message,
 * undefined.
 * @throws RangeError where the bytes end within a field or have an unknown wire type.
 */
export function decodeMessage(schema: Schema, bytes: Uint8Array): Record<string, unknown> {
  const message = Object.fromEntries(Object.entries(schema).map(([name, field]) => [name, emptyOf(field)]));
  const byId = new Map(Object.entries(schema).map(([name, field]) => [field.id, { name, ...field }]));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, value);
    }
  };
  while (at < bytes.length) {
    const tag = Number(readVarint());
    const [id, wire] = [Math.floor(tag / 8), tag % 8];
    const field = byId.get(id);
    const store = (value: unknown) => {
      if (field === undefined) return;
      if (field.repeated === true) (message[field.name] as unknown[]).push(value);
      else message[field.name] = value;
    };
    if (wire === varint) store(Number(readVarint()));
    else if (wire === fixed32) {
      store(view.getFloat32(at, true));
      at += 4;
    } else if (wire === fixed64) at += 8;
    else if (wire === delimited) {
      const end = Number(readVarint()) + at;
      if (end < at || end > bytes.length)
        throw new RangeError(`field ${id} must end in ${bytes.length} bytes; got ${end}`);
      // Whole numbers may also come packed, one after the other.
      if (field?.type === 'int') while (at < end) store(Number(readVarint()));
      else if (field !== undefined) store(contentFrom(field.type, bytes.subarray(at, end)));
      at = end;
    } else throw new RangeError(`field ${id} has the wire type ${wire}`);
  }
  return message;
}

function emptyOf({ type, repeated }: Field): unknown {
  if (repeated === true) return [];
  if (type === 'text') return '';
  if (type === 'bytes') return new Uint8Array(0);
  return typeof type === 'string' ? 0 : undefined;
}

function contentFrom(type: FieldType, bytes: Uint8Array): unknown {
  if (type === 'text') return new TextDecoder().decode(bytes);
  return typeof type === 'string' ? bytes : decodeMessage(type, bytes);
}
