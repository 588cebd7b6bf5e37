// Turns a diverged training into a user's error: one line says what to do, and the last good checkpoint stays.
import { UserError } from '../../../core/errors.ts';
import { DivergenceError } from '../../../core/training/training-state.ts';

/** @param remedy what to do, after a semicolon. @throws UserError in place of a DivergenceError. */
export async function explainingDivergence<T>(remedy: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    throw new UserError(`${error.message}; ${remedy}`);
  }
}
