// Keeps up with someone who is faster than the machine: work is done less often than it is asked for, the last time always.

/**
 * @param work done for one wish at a time, to its end. It must not throw.
 * @returns a function to wish with; wishes that come while one is worked on replace each other.
 */
export function latestWins<Wish>(work: (wish: Wish) => Promise<void>): (wish: Wish) => void {
  let next: { readonly wish: Wish } | undefined;
  let busy = false;
  return async wish => {
    next = { wish };
    if (busy) return;
    busy = true;
    while (next !== undefined) {
      const current: Wish = next.wish;
      next = undefined;
      await work(current);
    }
    busy = false;
  };
}

/**
 * @param every milliseconds between two runs in the long run, at least.
 * @param atOnce runs that may follow each other without a wait after a time without any.
 * @returns a function that runs `work` with the latest value; the last call is never lost.
 */
export function throttled<Value>(every: number, work: (value: Value) => void, atOnce = 1): (value: Value) => void {
  let free = Number.NEGATIVE_INFINITY;
  let pending: { value: Value } | undefined;
  const run = () => {
    free = Math.max(free, performance.now() - (atOnce - 1) * every) + every;
    const { value } = pending!;
    pending = undefined;
    work(value);
  };
  return value => {
    const waiting = pending !== undefined;
    pending = { value };
    if (waiting) return;
    const wait = free - performance.now();
    if (wait <= 0) run();
    else setTimeout(run, wait);
  };
}

/** @param wait milliseconds without a call after which `work` runs. */
export function debounced(wait: number, work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, wait);
  };
}
