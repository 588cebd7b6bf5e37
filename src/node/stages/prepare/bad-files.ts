// Counts and names the bad files of a dataset: a few are skipped, many mean that the whole folder is wrong.
import { excerpt, firstFew, UserError } from '../../../core/errors.ts';

export interface BadFile {
  readonly file: string;
  /** The reason in a few words: `missing`, `cut short`. */
  readonly reason: string;
  /** Whether it is a picture of a shape that the crop cannot take. */
  readonly misfit?: true;
}

/** Largest share of bad files that are skipped. */
const tolerated = 0.01;

/** Most files that are named with a reason. */
const fewFiles = 3;

/** Whether so many bad files of `total` are skipped. */
export function areFew(bad: number, total: number): boolean {
  return bad <= tolerated * total;
}

/**
 * @param total the number of files that were looked at.
 * @param where the folder or file that names them, for the message. @param remedy what helps beside repairing them.
 * @throws UserError when more than 1 % are bad, with the count of each reason and a few names.
 */
export function checkFewBad(bad: readonly BadFile[], total: number, where: string, remedy = 'drop their rows'): void {
  if (areFew(bad.length, total)) return;
  const reasons = countReasons(bad).slice(0, 3);
  const listed = reasons.map(({ reason, count, files }) => `${count} × ${reason} (${files})`).join('; ');
  throw new UserError(
    `at most 1 % of the pictures may be bad; in ${where} ${bad.length} of ${total} are: ${listed}. Repair them or ${remedy}`,
  );
}

/** @returns each reason with its count and the names of a few files, for a message; the most frequent first. */
export function countReasons(bad: readonly BadFile[]): { reason: string; count: number; files: string }[] {
  const byReason = new Map<string, string[]>();
  for (const { file, reason } of bad) {
    const known = byReason.get(reason);
    if (known === undefined) byReason.set(reason, [excerpt(file)]);
    else known.push(excerpt(file));
  }
  return [...byReason]
    .map(([reason, files]) => ({ reason, count: files.length, files: firstFew(files, fewFiles) }))
    .sort((a, b) => b.count - a.count);
}
