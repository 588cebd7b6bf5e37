// State that lives on between steps (parameters, optimiser moments, statistics), by name, as float32.
import type { OnnxValue, Tensor } from 'onnxruntime-common';
import type { NdArray } from '../formats/nd-array.ts';
import { type Shape, sizeOf } from '../graph/tensor.ts';
import type { Device } from './device.ts';

interface Slot {
  readonly shape: Shape;
  current: Tensor;
  /** Where the next update is written, so that a step never overwrites what it still reads. */
  spare: Tensor | undefined;
}

export class StateStore {
  readonly #device: Device;
  readonly #slots = new Map<string, Slot>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** Adds or replaces a value. @param values row-major, copied. */
  set(name: string, shape: Shape, values: ArrayLike<number>): void {
    if (values.length !== sizeOf(shape)) throw new Error(`state ${name} [${shape}] given ${values.length} values`);
    this.#slots.set(name, { shape, current: this.#tensor(shape, Float32Array.from(values)), spare: undefined });
  }

  delete(name: string): void {
    this.#slots.delete(name);
  }

  has(name: string): boolean {
    return this.#slots.has(name);
  }

  /** Names in the order they were first set. */
  names(): string[] {
    return [...this.#slots.keys()];
  }

  shape(name: string): Shape {
    return this.#slot(name).shape;
  }

  /** The present values: a view, which the next update but one overwrites. */
  values(name: string): Float32Array {
    return this.#slot(name).current.data as Float32Array;
  }

  /** The present values, to keep. */
  copy(name: string): NdArray<Float32Array> {
    return { shape: this.shape(name), data: this.values(name).slice() };
  }

  /** For programs: the tensor to read. */
  current(name: string): Tensor {
    return this.#slot(name).current;
  }

  /** For programs: the tensor to write the next value into. */
  spare(name: string): Tensor {
    const slot = this.#slot(name);
    slot.spare ??= this.#tensor(slot.shape, new Float32Array(sizeOf(slot.shape)));
    return slot.spare;
  }

  /** For programs: makes `written` current. */
  commit(name: string, written: OnnxValue): void {
    const slot = this.#slot(name);
    slot.spare = slot.current;
    slot.current = written as Tensor;
  }

  #slot(name: string): Slot {
    const slot = this.#slots.get(name);
    if (slot === undefined) throw new Error(`no state named ${name}`);
    return slot;
  }

  #tensor(shape: Shape, values: Float32Array): Tensor {
    return new this.#device.runtime.Tensor('float32', values, shape);
  }
}
