// Work that may come too often is done less often, but the last time always.

/** @returns a function that runs `work` at most once in so many milliseconds, the last call never being lost. */
export function throttled<Value>(every: number, work: (value: Value) => void): (value: Value) => void {
  let last = Number.NEGATIVE_INFINITY;
  let pending: { value: Value } | undefined;
  const run = () => {
    last = performance.now();
    const { value } = pending!;
    pending = undefined;
    work(value);
  };
  return value => {
    const waiting = pending !== undefined;
    pending = { value };
    if (waiting) return;
    const wait = last + every - performance.now();
    if (wait <= 0) run();
    else setTimeout(run, wait);
  };
}

/** @returns a function that runs `work` once nothing has been asked for so many milliseconds. */
export function debounced(wait: number, work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, wait);
  };
}
