// Opens what has to be released again: when it is first asked for, or two at once. A failure leaves nothing open.

import { UserError } from '../errors.ts';

/** Something that holds memory of a device until it is released. */
interface Released {
  release(): Promise<void>;
}

/** @returns the line for whoever uses what has been released. */
export function released(): UserError {
  return new UserError('the model has been released; open it again');
}

/** Opened when it is first asked for. A failure is not kept: whoever asks next tries again. */
export class Lazy<T extends Released> {
  #opening: Promise<T> | undefined;
  #isReleased = false;

  /** @param open is called with the first `get` after the one before has failed. @throws UserError once it is released. */
  async get(open: () => Promise<T>): Promise<T> {
    if (this.#isReleased) throw released();
    if (this.#opening === undefined) {
      const opening = open();
      this.#opening = opening;
      opening.catch(() => {
        this.#opening = undefined;
      });
    }
    return this.#opening;
  }

  /** Releases it where it was opened; it cannot be opened again. */
  async release(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    this.#isReleased = true;
    const opened = await opening?.catch(() => undefined);
    await opened?.release();
  }
}

/** @returns both; where the second cannot be opened, the first is released before that is thrown. */
export async function openBoth<A extends Released, B>(
  first: Promise<A>,
  second: () => Promise<B>,
): Promise<readonly [A, B]> {
  const opened = await first;
  return [opened, await orReleased(opened, second)];
}

/** @returns what the work on something gives; where the work fails, that is released before the error is thrown. */
export async function orReleased<T>(opened: Released | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await opened?.release();
    throw error;
  }
}
