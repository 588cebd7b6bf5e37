// .npy files: as NumPy writes and reads them, and damaged ones.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { dtypeOf, type NdArray } from '../../../src/core/formats/nd-array.ts';
import { decodeNpy, decodeNpyHeader, encodeNpy, encodeNpyHeader } from '../../../src/core/formats/npy.ts';
import arrays from '../../fixtures/arrays.json' with { type: 'json' };
import { survivesMutations } from '../../helpers/fuzz.ts';
import { ndArrays } from './arbitrary.ts';

const bytesFrom = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'));
const numbers = (array: NdArray) => Array.from(array.data as ArrayLike<number | bigint>, Number);

describe('files that NumPy wrote (tools/reference/arrays.py)', () => {
  test.each(arrays.npy)('$name is read', ({ shape, values, file }) => {
    const array = decodeNpy(bytesFrom(file));
    expect(array.shape).toEqual(shape);
    if (array.data instanceof BigInt64Array) expect([...array.data].map(String)).toEqual(values);
    else expect(numbers(array)).toEqual(values.map(Number));
  });

  // NumPy pads a newer version's longer preamble, and bool and Fortran order are read, not written.
  const written = arrays.npy.filter(({ name }) => !/bool|fortran|version/.test(name));
  test.each(written)('$name is written with the same bytes', ({ file }) => {
    const bytes = bytesFrom(file);
    expect(encodeNpy(decodeNpy(bytes))).toEqual(bytes);
  });

  test.each(arrays.refused)('$name is refused in a clear line', ({ file }) => {
    expect(() => decodeNpy(bytesFrom(file), 'scores.npy')).toThrow(UserError);
    expect(() => decodeNpy(bytesFrom(file), 'scores.npy')).toThrow(/^scores\.npy: [^\n]*; got /);
  });
});

test('every array comes back as it went in, from any offset in memory', () => {
  fc.assert(
    fc.property(ndArrays, fc.nat(7), (array, offset) => {
      const file = encodeNpy(array);
      const shifted = new Uint8Array(file.length + offset);
      shifted.set(file, offset);
      const back = decodeNpy(shifted.subarray(offset));
      expect(back.shape).toEqual(array.shape);
      expect(dtypeOf(back.data)).toBe(dtypeOf(array.data));
      expect(back.data).toEqual(array.data);
    }),
  );
});

test('the data begins at a multiple of 64 bytes, where the header says', () => {
  for (const shape of [[], [0], [100_000, 128], [1, 2, 3, 4, 5, 6, 7, 8]]) {
    const header = encodeNpyHeader('float32', shape);
    expect(header.length % 64).toBe(0);
    expect(decodeNpyHeader(header)).toEqual({
      dtype: 'float32',
      shape,
      fortranOrder: false,
      dataOffset: header.length,
    });
  }
});

test('a shape that does not fit its data is our bug, not the user’s', () => {
  expect(() => encodeNpy({ shape: [2, 2], data: new Float32Array(3) })).toThrow(RangeError);
  expect(() => encodeNpyHeader('float32', [-1])).toThrow(RangeError);
});

describe('damaged files give a UserError', () => {
  const good = encodeNpy({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });

  test('cut short anywhere, or too long', () => {
    for (let end = 0; end < good.length; end++) expect(() => decodeNpy(good.subarray(0, end))).toThrow(UserError);
    expect(() => decodeNpy(Uint8Array.of(...good, 0))).toThrow(/1 more follow/);
  });

  test('a shape of more bytes than exist is not allocated', () => {
    const huge = encodeNpyHeader('float32', [1_000_000_000, 1_000_000]);
    expect(() => decodeNpy(huge)).toThrow(/cut short/);
    const text = new TextEncoder().encode("{'descr': '<f4', 'fortran_order': False, 'shape': (9007199254740991, 9)}");
    const beyond = Uint8Array.of(...good.subarray(0, 8), text.length, 0, ...text);
    expect(() => decodeNpy(beyond)).toThrow(/too large/);
  });

  test('whatever is damaged', async () => {
    await survivesMutations(good, bytes => decodeNpy(bytes));
  });

  test('with any header at all', () => {
    const onlyUserErrors = (bytes: Uint8Array) => {
      try {
        decodeNpy(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        expect((error as Error).message).not.toContain('\n');
      }
    };
    const entry = fc.oneof(fc.string(), fc.constantFrom("'descr': '<f8'", "'fortran_order': True", "'shape': (,)"));
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3), fc.array(entry), (version, entries) => {
        const text = new TextEncoder().encode(`{${entries.join(', ')}}`);
        const size = [text.length & 255, text.length >> 8, ...(version === 1 ? [] : [0, 0])];
        onlyUserErrors(Uint8Array.of(...good.subarray(0, 6), version, 0, ...size, ...text));
      }),
    );
  });
});
