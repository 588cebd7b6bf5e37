// Keeps the records of a run in progress, one JSON object a line, so that an interruption loses or repeats none.
import { appendFileSync, existsSync } from 'node:fs';
import { explained } from './disk-errors.ts';
import { readWhole, writeWhole } from './files.ts';

export type JsonObject = Record<string, unknown>;

/** Appends one line at once, so that no interruption leaves half of it. */
export function appendJsonLine(path: string, record: object): void {
  try {
    appendFileSync(path, `${JSON.stringify(record)}\n`);
  } catch (error) {
    throw explained('write', path, error);
  }
}

/** @returns the records, none where there is no file. Lines that a power cut spoiled are left out. */
export async function readJsonLines(path: string): Promise<JsonObject[]> {
  if (!existsSync(path)) return [];
  const text = new TextDecoder().decode(await readWhole(path));
  return text
    .split('\n')
    .map(parsed)
    .filter(record => record !== undefined);
}

/** Drops the records that `keep` refuses, which the repeated work will write again. */
export async function filterJsonLines(path: string, keep: (record: JsonObject) => boolean): Promise<void> {
  if (!existsSync(path)) return;
  const kept = (await readJsonLines(path)).filter(keep);
  await writeWhole(path, kept.map(record => `${JSON.stringify(record)}\n`).join(''));
}

function parsed(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
