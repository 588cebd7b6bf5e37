// Refusals: errors that the service answers with, as problem details (RFC 9457).
import { STATUS_CODES } from 'node:http';

/** Answers a request with a status of 4xx or 503; its message is shown to clients. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }
}

export const problemType = 'application/problem+json';

/** @param detail for clients: nothing of this machine. */
export function problem(
  status: number,
  detail: string,
  headers: Headers | Readonly<Record<string, string>> = {},
): Response {
  const all = new Headers(headers);
  all.set('Content-Type', problemType);
  const body = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail };
  return new Response(JSON.stringify(body), { status, headers: all });
}
