// The announcement by which a stage offers its work in the queue, and all that a worker checks before it takes part.
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import type { AnyWorkKind } from '../threads/work-kind.ts';
import { programVersion } from './program-version.ts';
import { checkContent, contentSchema, pathInShared, readValue } from './shared-folder.ts';

/** Everything of ours in Redis begins with this. */
export const prefix = 'face-tuning';
/** The queue of announcements: each is the parent of a flow whose children are the pieces of work. */
export const announcements = 'runs';
/** The queue of a run's pieces. @param id of its announcement. */
export const piecesOf = (id: string) => `pieces-${id}`;
/** The key that a stage renews while it lives. */
export const leaseOf = (id: string) => `${prefix}:stage:${id}`;
/** The name in a run's exchange folder of what all its pieces share. */
export const sharedValueFile = 'shared';

const path = z.string().max(4096);

const announcementSchema = z.strictObject({
  program: z.string().max(200),
  stage: z.string().max(100),
  /** The run folder that the stage makes, for people. */
  out: path,
  host: z.string().max(255),
  kind: z.string().max(200),
  /** The folder of `sharedValueFile` and of the results. All paths are relative to the shared folder. */
  exchange: path,
  shared: contentSchema,
  /** The inputs, by their names in the shared value. */
  paths: z.record(z.string(), path),
  /** The files that must be the same everywhere. */
  files: z.record(path, contentSchema),
  /** A small piece by which processors are compared, and the fingerprint of its result; null where any may take part. */
  sample: z.strictObject({ input: z.unknown(), fingerprint: z.string().max(100).nullable() }),
});
export type Announcement = z.output<typeof announcementSchema>;

/** A worker's word on a run, for the stage to show: a line in the log of the announcement. */
export const noticeSchema = z.strictObject({
  worker: z.string().max(300),
  threads: z.int().optional(),
  /** Why it does not take part. */
  refusal: z.string().max(2000).optional(),
});
export type Notice = z.output<typeof noticeSchema>;

/** A run that a worker can take part in, seen from its machine. */
export interface Accepted {
  readonly announcement: Announcement;
  readonly kind: AnyWorkKind;
  readonly exchange: string;
  /** All that the pieces share, as threads take it. */
  readonly shared: object;
}

/**
 * Checks everything but the processor.
 * @param shared the folder that all machines see. @throws UserError why this machine cannot take part.
 */
export async function accepted(content: unknown, shared: string, kinds: readonly AnyWorkKind[]): Promise<Accepted> {
  const parsed = announcementSchema.safeParse(content);
  if (!parsed.success) throw new UserError('its announcement is not one that face-tuning makes');
  const announcement = parsed.data;
  const own = await programVersion();
  if (announcement.program !== own) {
    throw new UserError(
      `the stage runs face-tuning ${announcement.program}, this worker ${own}. Install the same on both; in checkouts, npm run build`,
    );
  }
  const kind = kinds.find(({ file }) => file === announcement.kind);
  if (kind === undefined) throw new UserError('its kind of work is not known here');
  const exchange = pathInShared(shared, announcement.exchange);
  const paths = Object.entries(announcement.paths).map(([name, inside]) => {
    if (!kind.paths.includes(name)) throw new UserError('it names an input that its kind of work does not have');
    return [name, pathInShared(shared, inside)] as const;
  });
  for (const [inside, expected] of Object.entries(announcement.files)) {
    await checkContent(pathInShared(shared, inside), inside, expected);
  }
  const valueFile = `${announcement.exchange}/${sharedValueFile}`;
  const value = await readValue(pathInShared(shared, valueFile), valueFile, announcement.shared);
  return { announcement, kind, exchange, shared: { ...(value as object), ...Object.fromEntries(paths) } };
}

/** @returns the text on one line, without control characters: what comes from a queue or a file may be anything. */
export function oneLine(text: string, longest = 500): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** `one thread`, `4 threads`. */
export function threadsText(count: number): string {
  return count === 1 ? 'one thread' : `${count} threads`;
}
