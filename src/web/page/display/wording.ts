// Puts figures and faces into words, the same everywhere on the page.
import type { Edit } from '../../shared/protocol.ts';

/** `22 %`; never 0 or 100, which nothing is. */
export function percentText(probability: number): string {
  if (probability < 0.01) return '<1 %';
  if (probability > 0.99) return '>99 %';
  return `${Math.round(100 * probability)} %`;
}

/** `−1.52 σ`. */
export function distanceText(distance: number): string {
  return `${signed(distance, 2)} σ`;
}

/** `+25`, in percentage points. */
export function changeText(change: number): string {
  return signed(100 * change, 0);
}

/** With a true minus, and no sign for a number that rounds to zero. */
function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}

/** `Face 12`. */
export function faceName(edit: Edit): string {
  if ('portrait' in edit) return 'Your photo';
  return 'seed' in edit ? `Face ${edit.seed}` : 'A face without a seed';
}

/** Whether so little is left of a direction that a move along it hardly shows. */
export function isLittle(residual: number): boolean {
  return residual < 0.3;
}

/** `4.2 MB`. */
export function megabytesText(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
