// Asks a stage to save its state and stop: on Ctrl-C, when the terminal goes, when nobody reads its output any more.
import { readFileSync, readlinkSync } from 'node:fs';
import { UserError } from '../../core/errors.ts';
import { errorCode, explained } from '../files/disk-errors.ts';

/** Milliseconds within which a second Ctrl-C is the first one again, handed on by npm or npx. */
const sameKey = 500;

/** Codes of an output that nobody reads any more: `face-tuning … | head`, a terminal that was closed. */
const closed: ReadonlySet<string> = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

/** Codes of an output into a file that can take no more. */
const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS']);

/**
 * The first Ctrl-C lets the stage save its state; the second does not wait for it. A terminal that closes sends its
 * signal more than once and takes the output away, and so does the reader of a pipe: they ask to stop, and no more.
 * @param exitCode of a process that does not wait. @param reason with which stages stop.
 */
export function stopSignal(exitCode: number, reason: Error): AbortSignal {
  const controller = new AbortController();
  let asked = Number.POSITIVE_INFINITY;
  const stop = () => {
    asked = Math.min(asked, performance.now());
    controller.abort(reason);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (performance.now() > asked + sameKey) process.exit(exitCode);
      stop();
    });
  }
  process.on('SIGHUP', isUnderNohup() ? () => {} : stop);
  let isLogFull = false;
  process.stderr.on('error', error => {
    const code = errorCode(error) ?? '';
    isLogFull ||= full.has(code); // the log is lost, and the work is not: it goes on
    if (isLogFull) return;
    if (!closed.has(code)) throw error;
    stop();
  });
  // Standard output holds the result, which comes when the work is done.
  process.stdout.on('error', error => {
    const code = errorCode(error) ?? '';
    if (closed.has(code)) return;
    const told = explained('write', 'the result to standard output', error);
    if (!(full.has(code) && told instanceof UserError)) throw error;
    process.stderr.write(`error: ${told.message}\n`);
    process.exitCode = 2;
  });
  return controller.signal;
}

/**
 * Whether the command was started by `nohup`, to live on without its terminal. Node forgets the signals that it was
 * told to ignore, but not the other mark of nohup: a standard input that can only be written (Linux).
 */
function isUnderNohup(): boolean {
  try {
    const flags = /flags:\s*([0-7]+)/.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1] ?? '0';
    const isWriteOnly = (Number.parseInt(flags, 8) & 3) === 1;
    return isWriteOnly && readlinkSync('/proc/self/fd/0') === '/dev/null';
  } catch {
    return false;
  }
}
