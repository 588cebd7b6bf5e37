// Turns zod's issues with options into one line that names the flag, the rule and the value received.
import type { z } from 'zod';
import { didYouMean, UserError } from '../../core/errors.ts';
import { flagOf } from '../stages/framework/option-schema.ts';
import { type Stage, withPreset } from '../stages/framework/stage.ts';

/**
 * @param given the options as read from flags and the configuration file.
 * @returns them checked, with defaults for those not given.
 * @throws UserError about the first that is wrong.
 */
export function parseOptions<Options extends z.ZodObject>(
  stage: Stage<Options>,
  given: Record<string, unknown>,
): z.output<Options> {
  const parsed = stage.options.safeParse(withPreset(stage, given), { error: issue => rule(issue) });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    throw new UserError(`"${key}" is no option of ${stage.name}.${didYouMean(key, Object.keys(stage.options.shape))}`);
  }
  const value = issue.path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], given);
  const got = value === undefined ? '' : `; got ${JSON.stringify(value)}`;
  const near =
    issue.code === 'invalid_value' && typeof value === 'string' ? didYouMean(value, issue.values.map(String)) : '';
  throw new UserError(`${flagOf(String(issue.path[0]))} ${issue.message}${got}${near && `.${near}`}`);
}

/** Says which rule was broken, where the option's table has no words of its own for it. */
function rule(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `must ${have(issue.origin)} ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `must ${have(issue.origin)} ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${unit(issue.origin)}`;
    case 'invalid_union':
      return [...new Set(issue.errors.flatMap(([first]) => first?.message ?? []))].join(' or ');
    default:
      return undefined;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
};

function have(origin: string): string {
  return unit(origin) === '' ? 'be' : 'have';
}

function unit(origin: string): string {
  return { array: ' values', string: ' characters' }[origin] ?? '';
}
