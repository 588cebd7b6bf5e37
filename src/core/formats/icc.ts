// Reads colour profiles of cameras and phones, so that networks see the colours that people see, and edits arrive in the
// photo's own. Format: ICC.1:2022, §7 (header, tag table), §10.6 and §10.18 (curves), annex F.3 (matrix profiles).

/** Changes colours in place: red, green and blue, on a scale of 0 to 255; those beyond sRGB lie outside it. */
export interface ColourSpace {
  toSrgb(colour: Float32Array): void;
  fromSrgb(colour: Float32Array): void;
}

type Matrix = readonly (readonly [number, number, number])[];

/** sRGB's primaries as ICC's connection space has them (D50), a column each. */
const srgbPrimaries: Matrix = [
  [0.4360747, 0.3850649, 0.1430804],
  [0.2225045, 0.7168786, 0.0606169],
  [0.0139322, 0.0971045, 0.7141733],
];

/** Largest difference from sRGB, of 255, that nobody sees. */
const unseen = 1.5;

/**
 * @param icc a whole profile.
 * @returns `sRGB` where it is that or cannot be told from it, a space where it has three primaries and their curves, and
 *   undefined for any other profile and for damaged ones.
 */
export function readColourProfile(icc: Uint8Array): ColourSpace | 'sRGB' | undefined {
  try {
    const space = matrixProfile(new DataView(icc.buffer, icc.byteOffset, icc.byteLength));
    return space !== undefined && isSrgb(space) ? 'sRGB' : space;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // an offset beyond the end
    throw error;
  }
}

function matrixProfile(view: DataView): ColourSpace | undefined {
  if (text(view, 16) !== 'RGB ' || text(view, 20) !== 'XYZ ') return undefined;
  const tags = new Map<string, number>();
  const count = Math.min(view.getUint32(128), 100);
  for (let i = 0; i < count; i++) tags.set(text(view, 132 + 12 * i), view.getUint32(136 + 12 * i));
  const places = ['rXYZ', 'gXYZ', 'bXYZ', 'rTRC', 'gTRC', 'bTRC'].map(name => tags.get(name));
  if (tags.has('A2B0') || places.some(place => place === undefined)) return undefined;
  const [red, green, blue, ...curves] = places as number[];
  const columns = [red!, green!, blue!].map(place => [0, 1, 2].map(i => fixed(view, place + 8 + 4 * i)));
  const primaries = [0, 1, 2].map(row => columns.map(column => column[row]!)) as unknown as Matrix;
  const toLinear = curves.map(place => curveAt(view, place));
  const [into, back] = [product(inverse(srgbPrimaries), primaries), product(inverse(primaries), srgbPrimaries)];
  const fromLinear = toLinear.map(inverted);
  if (![...into, ...back].flat().every(Number.isFinite) || toLinear.some(curve => curve === undefined))
    return undefined;
  return {
    toSrgb: colour => change(colour, toLinear as Curve[], into, [encode, encode, encode]),
    fromSrgb: colour => change(colour, [decode, decode, decode], back, fromLinear as Curve[]),
  };
}

/** From 0 … 1 to 0 … 1; beyond it goes on. */
type Curve = (value: number) => number;

function change(colour: Float32Array, decodes: readonly Curve[], matrix: Matrix, encodes: readonly Curve[]): void {
  const red = decodes[0]!(colour[0]! / 255);
  const green = decodes[1]!(colour[1]! / 255);
  const blue = decodes[2]!(colour[2]! / 255);
  for (let i = 0; i < 3; i++) {
    const row = matrix[i]!;
    colour[i] = 255 * encodes[i]!(row[0] * red + row[1] * green + row[2] * blue);
  }
}

/** sRGB's curve (IEC 61966-2-1), mirrored below 0. */
const decode: Curve = value =>
  value < 0 ? -decode(-value) : value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const encode: Curve = value =>
  value < 0 ? -encode(-value) : value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;

/** Steps in which a profile's curve is kept. */
const steps = 1024;

/** @returns undefined for a kind of curve that matrix profiles do not have, and for one that does not rise. */
function curveAt(view: DataView, place: number): Curve | undefined {
  const kind = text(view, place);
  const exact =
    kind === 'curv' ? sampledCurve(view, place) : kind === 'para' ? parametricCurve(view, place) : undefined;
  if (exact === undefined) return undefined;
  const table = Float64Array.from({ length: steps + 1 }, (_, i) => exact(i / steps));
  return table.every((value, i) => value >= (table[i - 1] ?? 0)) && table[steps]! > 0.5
    ? interpolated(table)
    : undefined;
}

function sampledCurve(view: DataView, place: number): Curve {
  const count = view.getUint32(place + 8);
  if (count === 0) return value => value;
  if (count === 1) return power(view.getUint16(place + 12) / 256);
  if (count > 65_536) throw new RangeError('a curve of more points than the format has');
  return interpolated(Float64Array.from({ length: count }, (_, i) => view.getUint16(place + 12 + 2 * i) / 65_535));
}

function parametricCurve(view: DataView, place: number): Curve | undefined {
  const kind = view.getUint16(place + 8);
  const [counts, at] = [[1, 3, 4, 5, 7], (i: number) => fixed(view, place + 12 + 4 * i)];
  if (counts[kind] === undefined) return undefined;
  const [g, a = 1, b = 0, third = 0, fourth = 0, e = 0, f = 0] = Array.from({ length: counts[kind] }, (_, i) => at(i));
  const raised = (value: number) => Math.max(0, a * value + b) ** g!;
  if (kind === 0) return power(g!);
  if (kind === 1) return value => (value >= -b / a ? raised(value) : 0);
  if (kind === 2) return value => (value >= -b / a ? raised(value) + third : third);
  return value => (value >= fourth ? raised(value) + e : third * value + f);
}

function power(gamma: number): Curve {
  return value => Math.max(0, value) ** gamma;
}

/** Straight lines between the values at even steps, and beyond the ends as steep as at them. */
function interpolated(table: Float64Array): Curve {
  const last = table.length - 1;
  return value => {
    const at = value * last;
    const below = Math.min(Math.max(Math.floor(at), 0), last - 1);
    return table[below]! + (at - below) * (table[below + 1]! - table[below]!);
  };
}

/** @param curve that rises. */
function inverted(curve: Curve | undefined): Curve | undefined {
  if (curve === undefined) return undefined;
  const table = Float64Array.from({ length: 4 * steps + 1 }, (_, i) => {
    const wanted = (i / (4 * steps)) ** 2; // finer in the dark, where curves are flat
    let [low, high] = [0, 1];
    for (let bit = 0; bit < 24; bit++) {
      const middle = (low + high) / 2;
      if (curve(middle) < wanted) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  });
  const ofRoot = interpolated(table);
  return value => (value < 0 ? -ofRoot(Math.sqrt(-value)) : ofRoot(Math.sqrt(value)));
}

function isSrgb(space: ColourSpace): boolean {
  const levels = [0, 40, 90, 140, 200, 255];
  for (const red of levels) {
    for (const green of levels) {
      for (const blue of levels) {
        const colour = Float32Array.of(red, green, blue);
        space.toSrgb(colour);
        if (Math.hypot(colour[0]! - red, colour[1]! - green, colour[2]! - blue) > unseen) return false;
      }
    }
  }
  return true;
}

function product(a: Matrix, b: Matrix): Matrix {
  return a.map(row =>
    [0, 1, 2].map(k => row[0] * b[0]![k]! + row[1] * b[1]![k]! + row[2] * b[2]![k]!),
  ) as unknown as Matrix;
}

function inverse(m: Matrix): Matrix {
  const cofactor = (i: number, j: number) => {
    const [a, b, c, d] = [(i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3];
    return m[a]![c]! * m[b]![d]! - m[a]![d]! * m[b]![c]!;
  };
  const determinant = m[0]![0] * cofactor(0, 0) + m[0]![1] * cofactor(0, 1) + m[0]![2] * cofactor(0, 2);
  return [0, 1, 2].map(i => [0, 1, 2].map(j => cofactor(j, i) / determinant)) as unknown as Matrix;
}

function text(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map(i => view.getUint8(at + i)));
}

/** A number of 16 bits before and 16 behind the point. */
function fixed(view: DataView, at: number): number {
  return view.getInt32(at) / 65_536;
}
