// Turns zod's issues with options into one line that names the flag, the rule and the value received.
import type { z } from 'zod';
import { didYouMean, UserError } from '../../core/errors.ts';
import { brokenRule } from '../../core/formats/broken-rule.ts';
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
  const parsed = stage.options.safeParse(withPreset(stage, given), { error: brokenRule });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    throw new UserError(`"${key}" is no option of ${stage.name}.${didYouMean(key, Object.keys(stage.options.shape))}`);
  }
  const value = issue.path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], given);
  const got = value === undefined ? '' : `; got ${typeof value === 'number' ? value : JSON.stringify(value)}`;
  const near =
    issue.code === 'invalid_value' && typeof value === 'string' ? didYouMean(value, issue.values.map(String)) : '';
  throw new UserError(`${flagOf(String(issue.path[0]))} ${issue.message}${got}${near && `.${near}`}`);
}
