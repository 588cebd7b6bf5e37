// Shows a stage's work in the terminal: a bar that redraws itself for people, plain lines for files and services.
import { countOf } from '../../core/errors.ts';
import type { Log, Progress } from './log.ts';
import { printableLine } from './printable.ts';

/** The part of a stream that is used. It is standard error, so that standard output holds results only. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Milliseconds between redraws of the bar: ten a second look smooth. */
const redrawEvery = 100;
/** A plain line is due after this share of the work or this many milliseconds, whichever comes first. */
const lineShare = 0.1;
const lineEvery = 15_000;

/** @returns the last share at which a line is due, up to this one. */
function shareTold(share: number): number {
  return Math.floor(share / lineShare + 1e-9) * lineShare; // 0.6 / 0.1 falls short of 6
}

/** @param now the clock, in milliseconds. */
export function consoleLog(sink: TextSink = process.stderr, now: () => number = () => performance.now()): Log {
  const terminal = sink.isTTY === true;
  /** The bar on the terminal's last line. Any other line first removes it, then restores it. */
  let bar = '';
  const line = (text: string) => sink.write(bar === '' ? `${text}\n` : `\r\x1b[K${text}\n${bar}`);

  const progress = (label: string, total: number, unit: string, first = 0): Progress => {
    const begun = now();
    let shownAt = begun;
    /** A resumed work's first steps, in which much is made ready, tell no rate. */
    let shownShare = total > 0 ? shareTold(first / total) : 0;
    let last = { done: first, note: undefined as string | undefined };
    const state = () => {
      const seconds = (now() - begun) / 1000;
      const rate = seconds > 0 ? (last.done - first) / seconds : 0;
      const left = rate > 0 && last.done < total ? `, ${duration((total - last.done) / rate)} left` : '';
      const note = last.note === undefined ? '' : `  ${last.note}`;
      return `${last.done}/${total} ${unit}, ${brief(rate)}/s${left}${note}`;
    };
    return {
      update(done, note) {
        last = { done, note };
        const elapsed = now() - shownAt;
        const share = total > 0 ? done / total : 1;
        if (terminal ? elapsed < redrawEvery : elapsed < lineEvery && share < shownShare + lineShare) return;
        shownAt = now();
        if (terminal) {
          bar = clip(`${label} ${drawBar(share)} ${state()}`, sink.columns ?? 80);
          sink.write(`\r\x1b[K${bar}`);
        } else {
          shownShare = shareTold(share);
          line(`${label} ${Math.floor(100 * share)} %: ${state()}`);
        }
      },
      finish(note) {
        if (terminal) sink.write('\r\x1b[K');
        bar = '';
        const tail = note === undefined ? '' : `  ${note}`;
        line(`${label}: ${countOf(last.done, unit)} in ${duration((now() - begun) / 1000)}${tail}`);
      },
    };
  };
  return {
    info: message => line(printableLine(message)),
    warn: message => line(`warning: ${printableLine(message)}`),
    progress,
  };
}

/** `1:02:03`, `4:05` or `6.7 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Three digits are enough for a rate. */
function brief(rate: number): string {
  return rate >= 100 ? String(Math.round(rate)) : rate.toPrecision(3);
}

function drawBar(share: number): string {
  const width = 24;
  const full = Math.round(Math.min(1, share) * width);
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}]`;
}

/** Cuts text to one line: a bar that wraps could not be removed again. */
function clip(text: string, columns: number): string {
  return text.length < columns ? text : text.slice(0, columns - 1);
}
