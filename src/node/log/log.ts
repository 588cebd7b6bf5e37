// The interface by which a stage tells a person what it is doing; only the command line decides how that looks.

export interface Progress {
  /** @param done how many of the total are finished. @param note a few words on the current state, e.g. losses. */
  update(done: number, note?: string): void;
  finish(note?: string): void;
}

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  /**
   * @param unit plural noun of what is counted, e.g. `images`: the display shows rate and time left in it.
   * @param done how many an earlier sitting has finished, which do not count for the rate. Default 0.
   */
  progress(label: string, total: number, unit: string, done?: number): Progress;
}

/** Says nothing, for tests and for programs that embed a stage. */
export const silentLog: Log = {
  info() {},
  warn() {},
  progress: () => ({ update() {}, finish() {} }),
};
