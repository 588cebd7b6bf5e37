// Says zod's rules in plain words: for options of the command line, requests of the service, and files from anywhere.
import type { z } from 'zod';
import { didYouMean, jsonExcerpt } from '../errors.ts';

/** Says which rule was broken, where the schema has no words of its own for it: an error map for `safeParse`. */
export function brokenRule(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_format':
      return `must match ${issue.pattern ?? issue.format}`;
    case 'too_small':
      return bound(issue.inclusive ? 'at least' : 'more than', Number(issue.minimum), issue.origin);
    case 'too_big':
      return bound(issue.inclusive ? 'at most' : 'less than', Number(issue.maximum), issue.origin);
    case 'invalid_key':
      return `has a name that ${issue.issues[0]?.message}`;
    case 'invalid_union':
      return Array.isArray(issue.options) ? oneOf(issue.options) : anyOf(issue.errors);
    default:
      return undefined;
  }
}

/**
 * @param given data that the schema refuses. @param whole what it is called.
 * @returns the first rule it breaks, in one line with the value: `moves.0.strength must be a number; got "1"`.
 */
export function brokenRuleOf(schema: z.ZodType, given: unknown, whole = 'it'): string {
  const issues = schema.safeParse(given, { error: brokenRule }).error?.issues ?? [];
  const [first] = issues;
  if (first === undefined) return `${whole} is not well-formed`;
  const issue = innermost(first);
  const isName = issue.code === 'invalid_key';
  const path = (isName ? issue.path.slice(0, -1) : issue.path).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = 'shape' in schema ? Object.keys(schema.shape as object) : [];
    const near = path ? '' : didYouMean(issue.keys[0]!, known);
    return `${shown(issue.keys[0])} is no member of ${path || whole}.${near}`;
  }
  const part = (inner: unknown, key: PropertyKey) => (inner as Record<PropertyKey, unknown>)?.[key];
  const value = isName ? issue.path.at(-1) : issue.path.reduce(part, given);
  const got = value === undefined ? misnamed(issue, issues) : shown(value);
  return `${path || whole} ${issue.message}${got === undefined ? '' : `; got ${got}`}`;
}

/** @returns what stands beside a missing member and is none: it may be the one that was meant. */
function misnamed({ path }: z.core.$ZodIssue, issues: readonly z.core.$ZodIssue[]): string | undefined {
  const beside = path.slice(0, -1).join('.');
  const stranger = issues.find(issue => issue.code === 'unrecognized_keys' && issue.path.join('.') === beside);
  return stranger?.code === 'unrecognized_keys' ? `${shown(stranger.keys[0])} instead` : undefined;
}

/** Where a value has one of the forms that it may have, a part of it is wrong, and not the form. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  const all = issue.code === 'invalid_union' ? issue.errors : [];
  const part = all.flatMap(([first]) => first ?? []).find(({ path }) => path.length > 0);
  return part === undefined ? issue : innermost({ ...part, path: [...issue.path, ...part.path] });
}

/** Lists and objects are not written out: they may be nested deeper than any stack. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return jsonExcerpt(value);
}

const typeNames: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};

function oneOf(values: readonly unknown[]): string {
  return `must be ${values.length > 1 ? 'one of ' : ''}${values.map(String).join(', ')}`;
}

/** @returns the rules for each form that a value may have, in one: `must be text or a list`. */
function anyOf(forms: readonly (readonly z.core.$ZodIssue[])[]): string {
  const rules = forms.flatMap(([first]) => (first?.path.length === 0 ? first.message : []));
  const [first = '', ...others] = new Set(rules);
  const shared = first.startsWith('must be ') ? /^must (be )?/ : /^must /;
  return [first, ...others.map(rule => rule.replace(shared, ''))].join(' or ');
}

function bound(relation: string, limit: number, origin: string): string {
  const unit = { array: 'value', string: 'character' }[origin];
  return unit === undefined
    ? `must be ${relation} ${limit}`
    : `must have ${relation} ${limit} ${unit}${limit === 1 ? '' : 's'}`;
}
