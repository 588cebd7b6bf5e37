// Half precision, IEEE 754 binary16, in plain arithmetic: not every runtime has it.

/** 2^112: what the exponents of the two formats differ by. */
const rebias = 2 ** 112;

/** @returns the bits of the nearest halves, ties to even; what is beyond the range becomes infinite. */
export function toHalves(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const floats = new Float32Array(1);
  const bits = new Uint32Array(floats.buffer);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    floats[0] = values[i]!;
    const word = bits[0]!;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    halves[i] = sign | halfOf(magnitude);
  }
  return halves;
}

/** @param magnitude the bits of a float32 without its sign. */
function halfOf(magnitude: number): number {
  if (magnitude > 0x7f800000) return 0x7e00; // NaN
  if (magnitude >= 0x47800000) return 0x7c00; // 2^16 and above
  const exponent = magnitude >>> 23;
  const significand = (magnitude & 0x7fffff) | (exponent === 0 ? 0 : 0x800000);
  // Below 2^-14 halves are multiples of 2^-24, so that more bits fall off the end.
  const shift = exponent >= 113 ? 13 : Math.min(25, 126 - exponent);
  const kept = exponent >= 113 ? (magnitude - (112 << 23)) >>> 13 : significand >>> shift;
  const rest = significand & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  return rest > middle || (rest === middle && (kept & 1) === 1) ? kept + 1 : kept; // a carry reaches the exponent
}

/** @param halves their bits. @returns their values, which float32 holds exactly. */
export function fromHalves(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const floats = new Float32Array(halves.length);
  const bits = new Uint32Array(floats.buffer);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!;
    const sign = (half & 0x8000) << 16;
    const magnitude = half & 0x7fff;
    if (magnitude >= 0x7c00) {
      bits[i] = sign | 0x7f800000 | ((magnitude & 0x3ff) << 13);
    } else {
      // Multiplied by a power of two, which is exact, subnormal halves become normal floats.
      bits[i] = sign | (magnitude << 13);
      floats[i] = floats[i]! * rebias;
    }
  }
  return floats;
}
