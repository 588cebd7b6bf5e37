// Widens trained networks: more channels in each layer, and for the time being the same images and scores.
import type { NdArray } from '../../formats/nd-array.ts';
import { sizeOf } from '../../graph/tensor.ts';
import type { ParameterSpec } from '../../graph/tree.ts';
import type { Random } from '../../math/random.ts';
import { initialValues } from '../../nn/initialise.ts';
import type { Tensors } from '../training-state.ts';

/** Whether a parameter has all rows and columns of a narrower one: the same rank, and no side shorter. */
export function isWider(wide: readonly number[], narrow: readonly number[]): boolean {
  return wide.length === narrow.length && wide.every((side, axis) => side >= narrow[axis]!);
}

/**
 * The tensors of networks with more channels that compute what the narrower ones did (Chen et al. 2016, "Net2Net", with
 * new channels drawn at random instead of copies). What a new channel computes is drawn as in an untrained network; what
 * the layers after it make of it is zero, so that training begins where it stood. Weights that count as scaled by
 * 1/√fan_in are enlarged for the larger fan-in.
 * @param narrow every parameter of the narrower networks, weights as [outputs, inputs, …] scaled at run time.
 * @param specs every parameter of the wider ones, by the same names.
 */
export function widened(narrow: Tensors, specs: ReadonlyMap<string, ParameterSpec>, random: Random): Tensors {
  return Object.fromEntries([...specs].map(([name, spec]) => [name, widenedParameter(narrow[name]!, spec, random)]));
}

function widenedParameter(old: NdArray<Float32Array>, spec: ParameterSpec, random: Random): NdArray<Float32Array> {
  const { shape } = spec;
  const data = initialValues(spec, random);
  const [outputs, inputs] = [old.shape[0]!, old.shape[1] ?? 1];
  const inner = sizeOf(shape.slice(2));
  const [row, oldRow] = [sizeOf(shape.slice(1)), sizeOf(old.shape.slice(1))];
  const scale = Math.sqrt(row / oldRow);
  for (let output = 0; output < outputs; output++) {
    data.fill(0, output * row, (output + 1) * row);
    for (let at = 0; at < inputs * inner; at++) {
      data[output * row + at] = old.data[output * oldRow + at]! * scale;
    }
  }
  return { shape, data };
}
