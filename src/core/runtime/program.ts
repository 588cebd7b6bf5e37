// A compiled graph and how it is run: values fed, state read, results returned, state replaced.
import type { InferenceSession, OnnxValue } from 'onnxruntime-common';
import { compileGraph } from '../graph/compile.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Device } from './device.ts';
import { released } from './opening.ts';
import type { StateStore } from './state.ts';

/** Row-major float32 values by input name. */
export type Feeds = Readonly<Record<string, Float32Array>>;

export interface ProgramDefinition {
  /** Results that a run returns, by name. */
  readonly outputs?: Readonly<Record<string, Tensor>>;
  /** The next value of each state it replaces, by name. */
  readonly updates?: Readonly<Record<string, Tensor>>;
}

/** Lengths of an input's or output's axes; a name stands for one that each run decides, such as the batch. */
export type OpenShape = readonly (number | string)[];

/** Marks the outputs of the compiled graph that replace state: the same state's input has its plain name. */
const updateMark = 'next:';

export class Program {
  readonly inputs: ReadonlyMap<string, OpenShape>;
  readonly outputs: ReadonlyMap<string, OpenShape>;
  readonly #device: Device;
  readonly #session: InferenceSession;
  readonly #updates: readonly string[];
  #isReleased = false;

  private constructor(device: Device, session: InferenceSession) {
    const names = session.outputNames.filter(name => name.startsWith(updateMark));
    this.#device = device;
    this.#session = session;
    this.#updates = names.map(name => name.slice(updateMark.length));
    this.inputs = shapesOf(session.inputMetadata);
    this.outputs = new Map([...shapesOf(session.outputMetadata)].filter(([name]) => !names.includes(name)));
  }

  static async compile(device: Device, definition: ProgramDefinition): Promise<Program> {
    return Program.openTraining(device, trainingProgramBytes(device, definition));
  }

  /** @param bytes of `trainingProgramBytes`. */
  static async openTraining(device: Device, bytes: Uint8Array): Promise<Program> {
    return new Program(device, await device.runtime.InferenceSession.create(bytes, trainingOptions(device)));
  }

  /** @param bytes an `.onnx` file. @throws Error where ONNX Runtime cannot read it. */
  static async open(device: Device, bytes: Uint8Array): Promise<Program> {
    return new Program(device, await device.runtime.InferenceSession.create(bytes, device.sessionOptions));
  }

  /**
   * Runs once. Inputs that are not fed are read from the state; updates are written to it when all has succeeded.
   * @throws Error if an input is neither fed nor in the state. @throws UserError once it is released.
   */
  async run(feeds: Feeds, state?: StateStore): Promise<Record<string, Float32Array>> {
    if (this.#isReleased) throw released();
    const inputs: Record<string, OnnxValue> = {};
    for (const [name, shape] of this.inputs) {
      const fed = feeds[name];
      if (fed === undefined && !state?.has(name)) throw new Error(`input ${name} is neither fed nor in the state`);
      inputs[name] = fed === undefined ? state!.current(name) : this.#tensor(fed, shape);
    }
    const fetches: Record<string, OnnxValue | null> = {};
    for (const name of this.outputs.keys()) fetches[name] = null;
    for (const name of this.#updates) {
      fetches[updateMark + name] = this.#device.writesInPlace ? state!.spare(name) : null;
    }
    const results = await this.#session.run(inputs, fetches).catch(error => {
      throw this.#isReleased ? released() : error; // released between the call and the session's turn
    });
    for (const name of this.#updates) state!.commit(name, results[updateMark + name]!);
    return Object.fromEntries([...this.outputs.keys()].map(name => [name, results[name]!.data as Float32Array]));
  }

  /** Frees the session's memory; the program cannot be run again. Once is enough, and more does nothing. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.#session.release();
  }

  /** An open axis gets the length that the values fill; at most one may be open. */
  #tensor(values: Float32Array, shape: OpenShape): OnnxValue {
    const known = shape.reduce<number>((size, length) => (typeof length === 'number' ? size * length : size), 1);
    const lengths = shape.map(length => (typeof length === 'number' ? length : values.length / known));
    return new this.#device.runtime.Tensor('float32', values, lengths);
  }
}

/** @returns an `.onnx` file, for `Program.openTraining` on a device of the same kind, perhaps in another thread. */
export function trainingProgramBytes(device: Device, { outputs = {}, updates = {} }: ProgramDefinition): Uint8Array {
  const marked = Object.fromEntries(Object.entries(updates).map(([name, next]) => [updateMark + name, next]));
  return compileGraph({ ...outputs, ...marked }, device.trainingTarget ?? device.target);
}

/**
 * Training asks for `extended` in place of `all`: the further optimisations arrange constant weights, of which training
 * has few or none, and cost it turning images back and forth around every pooling. Warnings are left out: there would be
 * dozens, of constants that are superfluous once a training step is optimised.
 */
function trainingOptions({ sessionOptions }: Device): InferenceSession.SessionOptions {
  const optimised = sessionOptions.graphOptimizationLevel === 'all';
  return { ...sessionOptions, ...(optimised && { graphOptimizationLevel: 'extended' }), logSeverityLevel: 3 };
}

function shapesOf(values: readonly InferenceSession.ValueMetadata[]): Map<string, OpenShape> {
  return new Map(values.map(value => [value.name, value.isTensor ? value.shape : []]));
}
