// Counts and names the bad files of a dataset: a few are skipped, many mean that the whole folder is wrong.
import { excerpt, UserError } from '../../../core/errors.ts';

export interface BadFile {
  readonly file: string;
  /** The reason in a few words: `missing`, `cut short`. */
  readonly reason: string;
  /** Whether it is a picture of a shape that the crop cannot take. */
  readonly misfit?: true;
}

/** Largest share of bad files that are skipped. */
const tolerated = 0.01;

/** Whether so many bad files of `total` are skipped. */
export function areFew(bad: number, total: number): boolean {
  return bad <= tolerated * total;
}

/**
 * @param total the number of files that were looked at.
 * @param where the folder or file that names them, for the message. @param remedy what helps beside repairing them.
 * @throws UserError when more than 1 % are bad, with the count of each reason and the first names.
 */
export function checkFewBad(bad: readonly BadFile[], total: number, where: string, remedy = 'drop their rows'): void {
  if (areFew(bad.length, total)) return;
  const reasons = countReasons(bad).slice(0, 3);
  const listed = reasons.map(({ reason, count, first }) => `${count} × ${reason} (first: ${first})`).join('; ');
  throw new UserError(
    `at most 1 % of the pictures may be bad; in ${where} ${bad.length} of ${total} are: ${listed}. Repair them or ${remedy}`,
  );
}

/** @returns each reason with its count and the name of its first file, for a message; the most frequent first. */
export function countReasons(bad: readonly BadFile[]): { reason: string; count: number; first: string }[] {
  const byReason = new Map<string, { reason: string; count: number; first: string }>();
  for (const { file, reason } of bad) {
    const known = byReason.get(reason);
    if (known === undefined) byReason.set(reason, { reason, count: 1, first: excerpt(file) });
    else known.count++;
  }
  return [...byReason.values()].sort((a, b) => b.count - a.count);
}
