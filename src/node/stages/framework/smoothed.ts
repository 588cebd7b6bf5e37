// Smooths what a trainer measures, since a single step of few images says little.

/** Figures by name. */
export type Figures = Readonly<Record<string, number>>;

/** How much of the past stays at each step. */
const kept = 0.98;

/** @returns the moving averages after one more step; a figure that is not of every step, as a lazy penalty, stays meanwhile. */
export function smoothed(recent: Figures, now: Figures): Figures {
  const entries = Object.entries(now).map(([name, value]) => {
    const before = recent[name];
    return [name, before === undefined ? value : kept * before + (1 - kept) * value];
  });
  return { ...recent, ...Object.fromEntries(entries) };
}
