// Half precision (IEEE 754 binary16) in plain arithmetic, since not every runtime has Float16Array.

/** @returns the bits of the nearest halves, ties to even; values beyond the range become infinite. */
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
  table ??= Float32Array.from({ length: 0x10000 }, (_, bits) => valueOfHalf(bits));
  const values = table;
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = values[halves[i]!]!;
  return floats;
}

/** The value of every half, since files hold millions of them; made when the first is read. */
let table: Float32Array | undefined;

function valueOfHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0) return sign * fraction * 2 ** -14;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction) * 2 ** (exponent - 15);
}
