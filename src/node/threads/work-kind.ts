// The interface of work that can be handed to threads and to other machines alike.
import type { z } from 'zod';
import type { ThreadEnds } from './threads.ts';

/** One kind of work, such as the shards of `synthesize`. */
export interface WorkKind<Ends extends ThreadEnds> extends AnyWorkKind {
  readonly file: Ends['file'];
  readonly paths: readonly (keyof Ends['shared'] & string)[];
  readonly input: z.ZodType<Ends['input']>;
}

/** A kind of work, whatever its types. */
export interface AnyWorkKind {
  /** The stage that needs it. */
  readonly stage: string;
  /** Path of the thread's file; see `ThreadEnds`. */
  readonly file: string;
  /** The members of what is shared that are paths of inputs. Another machine may have them elsewhere. */
  readonly paths: readonly string[];
  /** All that may be asked for: what comes from a queue is checked before anything is computed. */
  readonly input: z.ZodType;
}
