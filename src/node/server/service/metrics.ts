// Counts for Prometheus: requests and their times, the queue, faces drawn, and the process itself.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { QueueState } from './queue.ts';

export interface Metrics {
  /** @param route as the document has it, `/v1/edits`, so that there are few of them. */
  answered(request: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
  drawn(format: string, seconds: number): void;
  /** @returns all of them as text, and its type. */
  text(): Promise<{ readonly type: string; readonly text: string }>;
}

/** Bounds of times in seconds: a cached answer takes a millisecond, a search for many probabilities several seconds. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createMetrics(queue: () => QueueState): Metrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to its answer, waiting included',
    labelNames: ['method', 'route', 'status'],
    buckets,
    registers,
  });
  const drawings = new Histogram({
    name: 'face_tuning_drawing_seconds',
    help: 'Time that a thread takes for a request',
    labelNames: ['format'],
    buckets,
    registers,
  });
  new Gauge({
    name: 'face_tuning_queue_waiting',
    help: 'Requests that wait for a thread',
    registers,
    collect() {
      this.set(queue().waiting);
    },
  });
  new Gauge({
    name: 'face_tuning_queue_running',
    help: 'Requests that threads work on',
    registers,
    collect() {
      this.set(queue().running);
    },
  });
  return {
    answered({ seconds, ...labels }) {
      requests.inc(labels);
      durations.observe(labels, seconds);
    },
    drawn: (format, seconds) => drawings.observe({ format }, seconds),
    text: async () => ({ type: register.contentType, text: await register.metrics() }),
  };
}
