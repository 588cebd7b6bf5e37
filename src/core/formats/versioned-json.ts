// Reads JSON documents that anybody may have written: each names the version of its schema, and is checked against it.
import type { z } from 'zod';
import { excerpt, jsonExcerpt, UserError } from '../errors.ts';
import { brokenRuleOf } from './broken-rule.ts';

/** Characters that a message shows of foreign text. */
const longest = 300;

/**
 * @param version the `schemaVersion` that the document must have. @param schema what else it must be.
 * @param name what it is called in errors: its path. @param remedies what to do about other versions, by version.
 * @throws UserError in one line for anything else, and whatever UserError the schema's own transforms throw.
 */
export function parseVersionedJson<Schema extends z.ZodType>(
  text: string,
  version: number,
  schema: Schema,
  name: string,
  remedies: Readonly<Record<number, string>> = {},
): z.output<Schema> {
  return checkVersionedJson(parseJson(text, name), version, schema, name, remedies);
}

/** @param name what it is called in errors: its path. @throws UserError for a text that is no JSON. */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`${name} must be JSON. Make or copy it again`);
  }
}

/** @returns what a text says as JSON; undefined where there is none, or it is no JSON. */
export function jsonOrUndefined(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Does the same as `parseVersionedJson` with what has been parsed. */
export function checkVersionedJson<Schema extends z.ZodType>(
  json: unknown,
  version: number,
  schema: Schema,
  name: string,
  remedies: Readonly<Record<number, string>> = {},
): z.output<Schema> {
  if (typeof json !== 'object' || json === null) throw new UserError(`${name} must be a JSON object`);
  const found = 'schemaVersion' in json ? json.schemaVersion : undefined;
  if (found !== version) {
    const known = typeof found === 'number' ? remedies[found] : undefined;
    const remedy = typeof found === 'number' && found > version ? 'Update face-tuning' : 'Make it again';
    throw new UserError(
      `${name} must have schema version ${version}; got ${jsonExcerpt(found, longest)}. ${known ?? remedy}`,
    );
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new UserError(excerpt(`${name}: ${brokenRuleOf(schema, json)}`, longest));
}
