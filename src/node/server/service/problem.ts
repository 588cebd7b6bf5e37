// Refusals: errors that the service answers with, as problem details (RFC 9457).
import { STATUS_CODES } from 'node:http';
import type { z } from 'zod';
import { didYouMean } from '../../../core/errors.ts';
import { brokenRule } from '../../stages/framework/broken-rule.ts';

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

/** Received values are shown up to this length. */
const longestValue = 80;

/** @param given data that the schema refuses. @returns the first rule it breaks, in one line. */
export function brokenRuleOf(schema: z.ZodType, given: unknown): string {
  const issue = schema.safeParse(given, { error: brokenRule }).error?.issues[0];
  if (issue === undefined) return 'the request is not well-formed';
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const key = shown(issue.keys[0]);
    const known = 'shape' in schema ? Object.keys(schema.shape as object) : [];
    return `${key} is no member of ${path || 'the request'}.${path ? '' : didYouMean(issue.keys[0]!, known)}`;
  }
  const value = issue.path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)?.[key], given);
  return `${path || 'the body'} ${issue.message}${value === undefined ? '' : `; got ${shown(value)}`}`;
}

/** Lists and objects are not written out: they may be nested deeper than any stack. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? '';
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
