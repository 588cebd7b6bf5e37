// Translates commands as earlier versions spelt them, so that scripts and notes keep working.
import { stat } from 'node:fs/promises';
import { readJson } from '../files/files.ts';

interface FormerSpelling {
  /** The first word of the command. */
  readonly command: string;
  /** The option that chose what it did; a key of the configuration file says the same. */
  readonly option: string;
  /** Options beside which it did something else, which is spelt the same now. */
  readonly unless?: readonly string[];
  /** The words of the command that does it now. */
  readonly now: readonly string[];
  /** The option's new name, where it has one. */
  readonly renamed?: string;
}

const formerSpellings: readonly FormerSpelling[] = [
  { command: 'evaluate', option: 'bundle', now: ['evaluate', 'edits'] },
  { command: 'evaluate', option: 'generator', now: ['evaluate', 'generator'] },
  {
    command: 'fit',
    option: 'import',
    unless: ['synthesis', 'latents'],
    now: ['import', 'boundaries'],
    renamed: 'boundaries',
  },
];

/** @returns the arguments in today's spelling, and a line that tells it where it is another. */
export async function currentSpelling(argv: readonly string[]): Promise<{ argv: readonly string[]; notice?: string }> {
  const [command, ...flags] = argv;
  const candidates = formerSpellings.filter(each => each.command === command);
  if (candidates.length === 0 || !flags[0]?.startsWith('-')) return { argv };
  const flagged = new Set(flags.flatMap(flag => optionOf(flag) ?? []));
  const given = new Set([...flagged, ...(await configKeys(flags))]);
  const found = candidates.find(
    ({ option, unless = [] }) => given.has(option) && !unless.some(each => given.has(each)),
  );
  if (found === undefined) return { argv };
  const { option, now, renamed = option } = found;
  const translated = flags.map(flag => (optionOf(flag) === option ? flag.replace(option, renamed) : flag));
  const notice =
    `"face-tuning ${command} --${option}" is called "face-tuning ${now.join(' ')} --${renamed}" now` +
    (flagged.has(option) || renamed === option ? '' : `, and the key "${option}" of the --config file "${renamed}"`);
  return { argv: [...now, ...translated], notice };
}

/** The option that a flag gives: `bundle` for `--bundle` and for `--bundle=models/mine`. */
function optionOf(flag: string): string | undefined {
  return /^--([\w-]+)/.exec(flag)?.[1];
}

/** The options in the configuration file; none where it cannot be read, which the command itself then tells. */
async function configKeys(flags: readonly string[]): Promise<string[]> {
  const at = flags.findIndex(flag => optionOf(flag) === 'config');
  const path = flags[at]?.split('=')[1] ?? flags[at + 1];
  const found = at < 0 || path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (path === undefined || !found?.isFile()) return []; // a pipe can be read but once, by the command
  const content = await readJson(path).catch(() => undefined);
  return typeof content === 'object' && content !== null ? Object.keys(content) : [];
}
