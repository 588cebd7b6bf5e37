// Checks where a stage will write before it does anything else, so that nobody waits for a result that has no place.
import { z } from 'zod';
import { checkFileFree } from '../../files/places.ts';
import { checkOutsideRuns, checkRunPlace } from '../../runs/run-place.ts';

const destinationSchema = z.object({
  out: z.string().optional(),
  force: z.boolean().default(false),
  resume: z.boolean().default(false),
});

interface Place {
  readonly destination?: 'run' | 'file';
  /** An option with which `out` is something else, which the stage looks after itself. */
  readonly unless?: string;
}

/**
 * @param options the stage's table, whose `meta` says what `out` is: `destination`, a run or a file.
 * @returns undefined where the stage looks after its place itself.
 */
export function destinationOf(options: z.ZodObject, config: unknown): Place['destination'] {
  const { properties = {} } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
  const { destination, unless } = (properties.out ?? {}) as Place;
  const isElsewhere = unless !== undefined && (config as Readonly<Record<string, unknown>>)[unless] !== undefined;
  return isElsewhere ? undefined : destination;
}

/** @throws UserError where a run or a file cannot be written, or would lie in another run. */
export async function checkDestination(options: z.ZodObject, config: unknown): Promise<void> {
  const kind = destinationOf(options, config);
  const { out, force, resume } = destinationSchema.parse(config);
  if (out === undefined) return;
  if (kind === 'file') await checkFileFree(out, force);
  if (kind === 'run') await checkRunPlace(out, { force, resume });
  await checkOutsideRuns(out);
}
