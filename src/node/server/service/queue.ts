// The queue before the threads: bounded, so that a service with too much to do says so at once instead of piling up work.
import { Refusal } from './problem.ts';

export interface QueueState {
  /** Requests that are computed and that wait. */
  readonly running: number;
  readonly waiting: number;
}

/** Weight of the latest request in the moving mean of how long they take. */
const latestWeight = 0.1;

/** Bounds of Retry-After in seconds. */
const [soonest, latest] = [1, 60];

export class BoundedQueue {
  readonly #places: number;
  readonly #longest: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;
  #meanSeconds = 0.1;

  /** @param places requests computed at a time. @param longest requests that wait beside them. */
  constructor(places: number, longest: number) {
    this.#places = places;
    this.#longest = longest;
  }

  get state(): QueueState {
    return { running: this.#running, waiting: this.#waiting.size };
  }

  /**
   * Runs work when its turn comes, first come, first served. The place stays taken until the work has ended, also where
   * its signal is aborted before.
   * @throws Refusal 503 with Retry-After where the queue is full; the signal's reason where it ends the waiting.
   */
  async run<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    signal.throwIfAborted();
    if (this.#running >= this.#places) await this.#turn(signal);
    else this.#running++;
    const begun = performance.now();
    try {
      return await work();
    } finally {
      const seconds = (performance.now() - begun) / 1000;
      this.#meanSeconds += latestWeight * (seconds - this.#meanSeconds);
      const [next] = this.#waiting;
      if (next === undefined) this.#running--;
      else next(); // takes the place over
    }
  }

  /** Seconds after which a place is likely to be free, for Retry-After. */
  get retryAfter(): number {
    const seconds = ((this.#waiting.size + 1) * this.#meanSeconds) / this.#places;
    return Math.min(latest, Math.max(soonest, Math.ceil(seconds)));
  }

  /** The answer to a request for which there is no room. */
  get refusal(): Refusal {
    return new Refusal(503, 'the service is busy. Try again later', { 'Retry-After': String(this.retryAfter) });
  }

  async #turn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#longest) throw this.refusal;
    await new Promise<void>((go, stop) => {
      const begin = () => {
        this.#waiting.delete(begin);
        signal.removeEventListener('abort', abort);
        go();
      };
      const abort = () => {
        this.#waiting.delete(begin);
        stop(signal.reason);
      };
      this.#waiting.add(begin);
      signal.addEventListener('abort', abort, { once: true });
    });
  }
}
