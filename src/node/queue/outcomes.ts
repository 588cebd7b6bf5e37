// Keeps what became of each piece of a run, and lets the stage wait for the next one.
import { UserError } from '../../core/errors.ts';
import { oneLine } from './announcement.ts';
import type { Piece, PieceResult } from './pieces.ts';
import { contentSchema } from './shared-folder.ts';

export interface Outcomes {
  /** The pieces of which nothing is known yet. */
  readonly open: ReadonlyMap<string, Piece>;
  /** Notes a piece's result as its job returned it. Pieces that are not open, or not of this run, are passed over. */
  settle(id: string, result: unknown): void;
  /** Notes that a piece failed on every try. */
  giveUp(id: string, reason: string): void;
  /** Ends all waiting with an error. */
  fail(error: unknown): void;
  /** Milliseconds since something was last noted. */
  quietFor(): number;
  /** @returns the result of a piece once it is there. @throws UserError where it failed, or what `fail` was given. */
  result(id: string): Promise<PieceResult>;
}

/** @param stage that needs the pieces, for messages. */
export function outcomesOf(pieces: readonly Piece[], stage: string): Outcomes {
  const open = new Map(pieces.map(piece => [piece.id, piece]));
  const results = new Map<string, PieceResult>();
  const failures = new Map<string, string>();
  let end: { readonly error: unknown } | undefined;
  let notedAt = performance.now();
  let wake = () => {};
  const note = () => {
    notedAt = performance.now();
    wake();
  };
  const outcomes: Outcomes = {
    open,
    settle(id, result) {
      const parsed = contentSchema.safeParse(result);
      if (!parsed.success) return outcomes.giveUp(id, 'its result is not one that a worker gives');
      if (open.delete(id)) results.set(id, parsed.data);
      note();
    },
    giveUp(id, reason) {
      if (open.delete(id)) failures.set(id, reason);
      note();
    },
    fail(error) {
      end ??= { error };
      note();
    },
    quietFor: () => performance.now() - notedAt,
    async result(id) {
      for (;;) {
        if (end !== undefined) throw end.error;
        const result = results.get(id);
        if (result !== undefined) return result;
        const reason = failures.get(id);
        if (reason !== undefined) {
          throw new UserError(
            `a piece of ${stage} failed for good: ${oneLine(reason)}; what is made is kept for --resume`,
          );
        }
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    },
  };
  return outcomes;
}
