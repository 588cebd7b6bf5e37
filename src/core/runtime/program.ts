// A compiled graph and how it is run: values fed, state read, results returned, state replaced.
import type { InferenceSession, OnnxValue } from 'onnxruntime-common';
import { type CompiledGraph, compileGraph } from '../graph/compile.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Device } from './device.ts';
import type { StateStore } from './state.ts';

/** Row-major float32 values by input name. */
export type Feeds = Readonly<Record<string, Float32Array>>;

export interface ProgramDefinition {
  /** What a run returns, by name. */
  readonly outputs?: Readonly<Record<string, Tensor>>;
  /** The next value of each named state. */
  readonly updates?: Readonly<Record<string, Tensor>>;
}

/** Marks the outputs of the compiled graph that replace state, so that they cannot meet an input's name. */
const updateMark = 'next:';

export class Program {
  readonly graph: CompiledGraph;
  readonly #device: Device;
  readonly #session: InferenceSession;
  readonly #outputs: readonly string[];
  readonly #updates: readonly string[];

  private constructor(
    device: Device,
    graph: CompiledGraph,
    session: InferenceSession,
    outputs: readonly string[],
    updates: readonly string[],
  ) {
    this.graph = graph;
    this.#device = device;
    this.#session = session;
    this.#outputs = outputs;
    this.#updates = updates;
  }

  static async compile(device: Device, { outputs = {}, updates = {} }: ProgramDefinition): Promise<Program> {
    const marked = Object.fromEntries(Object.entries(updates).map(([name, next]) => [updateMark + name, next]));
    const graph = compileGraph({ ...outputs, ...marked }, device.target);
    const session = await device.runtime.InferenceSession.create(graph.bytes, device.sessionOptions);
    return new Program(device, graph, session, Object.keys(outputs), Object.keys(updates));
  }

  /**
   * Runs once. Inputs that are not fed are read from the state; updates are written to it when all has succeeded.
   * @throws Error if an input is neither fed nor in the state.
   */
  async run(feeds: Feeds, state?: StateStore): Promise<Record<string, Float32Array>> {
    const inputs: Record<string, OnnxValue> = {};
    for (const [name, shape] of this.graph.inputs) {
      const fed = feeds[name];
      if (fed === undefined && !state?.has(name)) throw new Error(`input ${name} is neither fed nor in the state`);
      inputs[name] = fed === undefined ? state!.current(name) : new this.#device.runtime.Tensor('float32', fed, shape);
    }
    const fetches: Record<string, OnnxValue | null> = {};
    for (const name of this.#outputs) fetches[name] = null;
    for (const name of this.#updates) {
      fetches[updateMark + name] = this.#device.writesInPlace ? state!.spare(name) : null;
    }
    const results = await this.#session.run(inputs, fetches);
    for (const name of this.#updates) state!.commit(name, results[updateMark + name]!);
    return Object.fromEntries(this.#outputs.map(name => [name, results[name]!.data as Float32Array]));
  }

  /** Frees the session's memory; the program cannot be run again. */
  async release(): Promise<void> {
    await this.#session.release();
  }
}
