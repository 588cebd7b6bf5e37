// The callback of long measurements, through which callers show progress and stop them.

/** Called after each part of the work. An error that it throws ends the measurement. */
export type Tick = (done: number, total: number) => void | Promise<void>;
