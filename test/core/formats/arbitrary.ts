// Arrays of every element type and small shape, for the round trips of both formats.
import fc from 'fast-check';
import { arrayFromBytes, type DType, dtypes, elementType, type NdArray } from '../../../src/core/formats/nd-array.ts';

/** Random bytes read as elements: NaN payloads, infinities and the ends of the integer ranges all occur. */
export const ndArrays: fc.Arbitrary<NdArray> = fc
  .tuple(
    fc.constantFrom(...dtypes.filter((dtype): dtype is DType => dtype !== 'bool')),
    fc.array(fc.nat(4), { maxLength: 4 }),
  )
  .chain(([dtype, shape]) => {
    const size = shape.reduce((product, axis) => product * axis, 1) * elementType(dtype).bytes;
    const bytes = fc.uint8Array({ minLength: size, maxLength: size });
    return bytes.map(content => ({ shape, data: arrayFromBytes(dtype, content) }));
  });
