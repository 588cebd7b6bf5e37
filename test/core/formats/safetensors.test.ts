// safetensors: as the format's own package writes it, and damaged or hostile files.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../src/core/formats/safetensors.ts';
import arrays from '../../fixtures/arrays.json' with { type: 'json' };
import { survivesMutations } from '../../helpers/fuzz.ts';
import { ndArrays } from './arbitrary.ts';

const golden = Uint8Array.from(Buffer.from(arrays.safetensors.file, 'base64'));

test('a file that the Python package wrote (tools/reference/arrays.py) is read, and written with the same bytes', () => {
  const { tensors, metadata } = decodeSafetensors(golden);
  expect(metadata).toEqual(arrays.safetensors.metadata);
  expect(Object.keys(tensors).sort()).toEqual(Object.keys(arrays.safetensors.tensors).sort());
  for (const [name, { shape, values }] of Object.entries(arrays.safetensors.tensors)) {
    expect(tensors[name]!.shape).toEqual(shape);
    expect(Array.from(tensors[name]!.data as ArrayLike<number | bigint>, Number)).toEqual(values.map(Number));
  }
  expect(encodeSafetensors(tensors, metadata)).toEqual(golden);
});

test('all tensors and metadata come back as they went in, whatever they are called', () => {
  const names = fc.string({ unit: 'binary' }).filter(name => name !== '__metadata__');
  const named = fc.array(fc.tuple(names, ndArrays), { maxLength: 5 }).map(entries => Object.fromEntries(entries));
  const strings = fc.array(fc.tuple(fc.string(), fc.string())).map(entries => Object.fromEntries(entries));
  fc.assert(
    fc.property(named, strings, fc.nat(7), (tensors, metadata, offset) => {
      const file = encodeSafetensors(tensors, metadata);
      const shifted = new Uint8Array(file.length + offset);
      shifted.set(file, offset);
      const back = decodeSafetensors(shifted.subarray(offset));
      expect(back).toEqual({ tensors, metadata });
      for (const { data } of Object.values(back.tensors)) expect(data.buffer.byteLength).toBe(data.byteLength);
    }),
  );
});

test('the order in which tensors are named changes no byte, and each is aligned', () => {
  const a = { shape: [3], data: Uint8Array.of(1, 2, 3) };
  const b = { shape: [], data: Float64Array.of(0.5) };
  const c = { shape: [2], data: Float32Array.of(1, 2) };
  const file = encodeSafetensors({ a, b, c });
  expect(encodeSafetensors({ c, b, a })).toEqual(file);
  expect(Object.keys(decodeSafetensors(file).tensors)).toEqual(['b', 'c', 'a']);
});

test('a tensor in half precision is read as float32, and written after the wider ones', () => {
  const weight = { shape: [2, 2], data: Float32Array.of(0.1, -2, 70_000, 2 ** -24) };
  const bias = { shape: [1], data: Float32Array.of(0.1) };
  const file = encodeSafetensors({ bias, weight }, {}, new Set(['weight']));
  const { tensors } = decodeSafetensors(file);
  expect(Object.keys(tensors)).toEqual(['bias', 'weight']);
  expect(tensors.bias).toEqual(bias);
  expect(tensors.weight!.data).toEqual(Float32Array.of(0.0999755859375, -2, Number.POSITIVE_INFINITY, 2 ** -24));
  expect(encodeSafetensors(tensors, {}, new Set(['weight']))).toEqual(file);
  expect(new TextDecoder().decode(file)).toContain('"dtype":"F16","shape":[2,2],"data_offsets":[4,12]');
});

test('what cannot be written is our bug, not the user’s', () => {
  const data = new Float32Array(3);
  expect(() => encodeSafetensors({ w: { shape: [2], data } })).toThrow(RangeError);
  expect(() => encodeSafetensors({ __metadata__: { shape: [3], data } })).toThrow(RangeError);
});

describe('damaged files give a UserError', () => {
  const u8 = (start: number, end: number, more: object = {}) => ({
    dtype: 'U8',
    shape: [end - start],
    data_offsets: [start, end],
    ...more,
  });
  const file = (header: unknown, dataLength: number) => {
    const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
    const bytes = new Uint8Array(8 + text.length + dataLength);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    return bytes;
  };

  test('the hand-made file of these cases is itself fine', () => {
    const { tensors } = decodeSafetensors(file({ a: u8(0, 2), b: u8(2, 6) }, 6));
    expect(tensors.b!.data.length).toBe(4);
  });

  test.each([
    ['overlapping tensors', { a: u8(0, 4), b: u8(2, 6) }, 6, /overlaps/],
    ['a hole', { a: u8(0, 2), b: u8(3, 6) }, 6, /hole/],
    ['data that no tensor owns', { a: u8(0, 2) }, 6, /span 2 bytes; the file holds 6/],
    ['a tensor beyond the end', { a: u8(0, 20) }, 6, /span 20 bytes; the file holds 6/],
    ['offsets that do not fit the shape', { a: u8(0, 6, { shape: [7] }) }, 6, /span its 7 bytes/],
    ['offsets backwards', { a: u8(0, 6, { data_offsets: [6, 0] }) }, 6, /data_offsets/],
    ['negative offsets', { a: u8(0, 6, { data_offsets: [-6, 0] }) }, 6, /data_offsets/],
    ['a negative length', { a: u8(0, 6, { shape: [-6] }) }, 6, /shape of whole numbers/],
    ['a length that is no number', { a: u8(0, 6, { shape: ['6'] }) }, 6, /shape of whole numbers/],
    ['a size past all bounds', { a: u8(0, 6, { shape: [2 ** 30, 2 ** 30] }) }, 6, /shape of whole numbers/],
    ['an unknown type', { a: u8(0, 6, { dtype: 'BF16' }) }, 6, /dtype/],
    ['a tensor that is none', { a: 5 }, 6, /described by an object/],
    ['metadata that is not text', { __metadata__: { a: 1 } }, 0, /__metadata__/],
    ['a header that is no object', [], 0, /JSON object/],
    ['a header that is no JSON', '{', 0, /must be JSON/],
    [
      'lists within lists',
      `{"a":{"dtype":"U8","shape":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
      0,
      /whole numbers; got …/,
    ],
  ])('%s', (_, header, dataLength, message) => {
    expect(() => decodeSafetensors(file(header, dataLength))).toThrow(UserError);
    expect(() => decodeSafetensors(file(header, dataLength))).toThrow(message);
  });

  test('metadata of very many names is read', () => {
    const names = Object.fromEntries(Array.from({ length: 150_000 }, (_, i) => [`name ${i}`, '']));
    expect(Object.keys(decodeSafetensors(file({ __metadata__: names }, 0)).metadata)).toHaveLength(150_000);
  });

  test('a header length past the end is not allocated', () => {
    const bytes = file({}, 0);
    new DataView(bytes.buffer).setBigUint64(0, 2n ** 63n, true);
    expect(() => decodeSafetensors(bytes)).toThrow(/header must fit/);
  });

  test('cut short anywhere', () => {
    for (let end = 0; end < golden.length; end++) {
      expect(() => decodeSafetensors(golden.subarray(0, end))).toThrow(UserError);
    }
  });

  test('whatever is damaged', async () => {
    await survivesMutations(golden, bytes => decodeSafetensors(bytes));
  });
});
