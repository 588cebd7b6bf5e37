// Keeps up with someone who moves faster than the machine computes: only the latest wish is worked on.

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
