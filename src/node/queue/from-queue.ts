// The stage's end of the queue: writes what workers need into the shared folder, and takes their results from there in order.
import { mkdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { explainingDiskErrors } from '../files/disk-errors.ts';
import { exists } from '../files/places.ts';
import type { Log } from '../log/log.ts';
import type { RunFolder } from '../runs/run-folder.ts';
import { inThreads, type ThreadEnds } from '../threads/threads.ts';
import type { WorkKind } from '../threads/work-kind.ts';
import { type Announcement, sharedValueFile } from './announcement.ts';
import { fingerprint } from './fingerprint.ts';
import { beginFlow } from './flow.ts';
import { pieceId, resultFile } from './pieces.ts';
import { programVersion } from './program-version.ts';
import { connect } from './redis.ts';
import { type Content, contentOf, readValue, sharedPath, writeValue } from './shared-folder.ts';

/** Work that is to be done piece by piece. */
export interface QueueWork<Ends extends ThreadEnds> {
  readonly shared: Ends['shared'];
  /** The files that all machines must have the same of. */
  readonly files: readonly string[];
  /** A small piece, by whose result processors are compared. It is asked for only where there are orders. */
  sample(): Ends['input'];
  readonly orders: readonly Ends['input'][];
}

export interface QueuePlace {
  /** Address of Redis. */
  readonly queue: string;
  /** The folder that all machines see. */
  readonly shared: string;
  /** Whether processors may differ. */
  readonly mixed: boolean;
  readonly out: string;
}

/** The folder of the exchange in an unfinished run. Whoever takes the outputs removes it when the last has come. */
export const exchangeFolder = 'queue';

/**
 * Yields the outputs of all orders, in order. Results that workers made ahead stay in the run's folder if it is
 * interrupted, where the next sitting's workers find them.
 * @throws UserError where a piece failed on every try or Redis stays away, or the signal's reason.
 */
export async function* fromQueue<Ends extends ThreadEnds>(
  kind: WorkKind<Ends>,
  work: QueueWork<Ends>,
  run: RunFolder,
  place: QueuePlace,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): AsyncGenerator<Ends['output']> {
  if (work.orders.length > 0) {
    if (place.mixed) log.warn('--mixed lets other processors take part: the last digits of results may differ');
    const announcement = await announce(kind, work, run, place, signal);
    const exchange = join(place.shared, announcement.exchange);
    const pieces = work.orders.map(order => {
      const input = kind.input.parse(order);
      return { id: pieceId(input), input };
    });
    const connection = await connect(place.queue);
    try {
      const flow = await beginFlow(connection, announcement, pieces, { log, signal });
      try {
        for (const { id } of pieces) {
          const content = await flow.result(id);
          const file = resultFile(exchange, id);
          yield (await read(file, place.mixed ? undefined : content)) as Ends['output'];
          await rm(file, { force: true });
        }
      } finally {
        await flow.close();
      }
    } finally {
      connection.close();
    }
  }
}

/** Writes what the pieces share. @returns what workers must know to take part. */
async function announce<Ends extends ThreadEnds>(
  kind: WorkKind<Ends>,
  { shared: value, files, sample }: QueueWork<Ends>,
  run: RunFolder,
  { shared, mixed, out }: QueuePlace,
  signal: AbortSignal,
): Promise<Announcement> {
  const given = Object.entries(value as object).filter(([, each]) => each !== undefined);
  const isPath = (name: string) => (kind.paths as readonly string[]).includes(name);
  const paths = given.filter(([name]) => isPath(name)).map(([name, path]) => [name, sharedPath(shared, path, name)]);
  const rest = Object.fromEntries(given.filter(([name]) => !isPath(name)));
  const contents: Record<string, Content> = {};
  for (const file of files) contents[sharedPath(shared, file, 'an input')] = await contentOf(file);
  const input = kind.input.parse(sample());
  const common = {
    program: await programVersion(),
    kind: kind.file,
    paths: Object.fromEntries(paths),
    files: contents,
    sample: { input, fingerprint: mixed ? null : await sampleFingerprint(kind, value, input, signal) },
  };
  // Results are found again by a later sitting only if all that they depend on is the same.
  const folder = join(exchangeFolder, fingerprint([common, rest]).slice(0, 16));
  await explainingDiskErrors('create', run.file(folder), () => mkdir(run.file(folder), { recursive: true }));
  return {
    ...common,
    stage: kind.stage,
    out,
    host: hostname(),
    exchange: sharedPath(shared, run.file(folder), '--out'),
    shared: await writeValue(run.file(join(folder, sharedValueFile)), rest),
  };
}

/** Computes a small piece as a worker would. */
async function sampleFingerprint<Ends extends ThreadEnds>(
  kind: WorkKind<Ends>,
  shared: Ends['shared'],
  input: Ends['input'],
  signal: AbortSignal,
): Promise<string> {
  const threads = inThreads<Ends>(kind.file, shared, { threads: 1, signal, native: true });
  try {
    return fingerprint(await threads.run(input));
  } finally {
    await threads.close();
  }
}

/** Milliseconds that a network's file system may take to show a file that another machine has written. */
const slowest = 60_000;

async function read(file: string, expected: Content | undefined): Promise<unknown> {
  for (let waited = 0; waited < slowest && !(await exists(file)); waited += 200) await setTimeout(200);
  return readValue(file, file, expected);
}
