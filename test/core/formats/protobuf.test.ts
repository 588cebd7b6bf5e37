// The wire format: the bytes of the format's own documentation, and every message back as it was.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeMessage, encodeMessage, type Schema } from '../../../src/core/formats/protobuf.ts';

const inner: Schema = { a: { id: 1, type: 'int' } };
const schema: Schema = {
  a: { id: 1, type: 'int' },
  b: { id: 2, type: 'text' },
  c: { id: 3, type: inner },
  list: { id: 4, type: 'int', repeated: true },
  f: { id: 5, type: 'float' },
  raw: { id: 16, type: 'bytes' },
  many: { id: 17, type: inner, repeated: true },
};

test('the examples of the documentation', () => {
  expect(encodeMessage(schema, { a: 150 })).toEqual(Uint8Array.of(0x08, 0x96, 0x01));
  expect(encodeMessage(schema, { b: 'testing' })).toEqual(
    Uint8Array.of(0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67),
  );
  expect(encodeMessage(schema, { c: { a: 150 } })).toEqual(Uint8Array.of(0x1a, 0x03, 0x08, 0x96, 0x01));
  const minusTwo = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
  expect(encodeMessage(schema, { a: -2 })).toEqual(Uint8Array.of(0x08, ...minusTwo));
});

test('packed numbers and unknown fields are read', () => {
  const packed = Uint8Array.of(0x22, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05);
  expect(decodeMessage(schema, packed).list).toEqual([3, 270, 86942]);
  const unknown = [0x98, 0x06, 0x01, 0x99, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0x9a, 0x06, 0x01, 9, 0x9d, 0x06, 1, 2, 3, 4];
  expect(decodeMessage(schema, Uint8Array.of(...unknown, 0x08, 0x07)).a).toBe(7);
});

test('every message comes back as it was', () => {
  const ints = fc.maxSafeInteger();
  const messages = fc.record({
    a: ints,
    b: fc.string({ unit: 'binary' }),
    c: fc.record({ a: ints }),
    list: fc.array(ints),
    f: fc.float({ noNaN: true }),
    raw: fc.uint8Array(),
    many: fc.array(fc.record({ a: ints })),
  });
  fc.assert(
    fc.property(messages, message => {
      expect(decodeMessage(schema, encodeMessage(schema, message))).toEqual(message);
    }),
  );
});

test('bytes that end within a field are refused', () => {
  const bytes = encodeMessage(schema, { b: 'testing', raw: new Uint8Array(9) });
  for (const end of [1, 5, 10, 12, 15]) expect(() => decodeMessage(schema, bytes.subarray(0, end))).toThrow(RangeError);
  const backwards = Uint8Array.of(0x12, ...[0xf5, ...new Array<number>(8).fill(0xff), 1]); // a length of −11
  expect(() => decodeMessage(schema, backwards)).toThrow(RangeError);
});

test('a message of very many parts', () => {
  const many = Array.from({ length: 200_000 }, (_, a) => ({ a }));
  expect((decodeMessage(schema, encodeMessage(schema, { many })).many as unknown[]).length).toBe(200_000);
});
