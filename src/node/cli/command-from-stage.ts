// Makes the command of a stage out of its option table, so that flags, defaults and help can never disagree with it.
import { Command, type CommanderError, Option } from 'commander';
import { z } from 'zod';
import { didYouMean, UserError } from '../../core/errors.ts';
import { readJson } from '../files/files.ts';
import {
  flagOf,
  type OptionSchema,
  offFlagOf,
  optionsOf,
  type ValueSchema,
} from '../stages/framework/option-schema.ts';
import type { Stage } from '../stages/framework/stage.ts';
import { parseOptions } from './issues.ts';

/** What a command does once its options are checked. */
export type Execute = (
  stage: Stage,
  config: Record<string, unknown>,
  view: { readonly json: boolean; readonly dryRun: boolean },
) => Promise<void>;

/** Flags of every command, beside those of its stage's table. */
export const commonFlags = [
  ['--config <file>', 'JSON file of options; flags override it'],
  ['--json', 'print the summary as JSON'],
  ['--dry-run', 'print the resolved options and what would be done, and do nothing'],
] as const;

/** @returns the program with a command for each stage; `train gan` becomes `gan` under `train`. */
export function programFromStages(
  { name, version }: { readonly name: string; readonly version: string },
  stages: readonly Stage[],
  execute: Execute,
): Command {
  const program = new Command(name)
    .description('Train a face GAN, find what directions in its latent space mean, and edit faces.')
    .version(version)
    .showSuggestionAfterError(false)
    .configureOutput({ outputError() {} }); // errors are thrown, and printed in one place
  program.exitOverride(error => rethrow(error, program));
  const groups = new Map<string, Command>();
  for (const stage of stages) {
    const [word = '', second] = stage.name.split(' ');
    let parent = program;
    if (second !== undefined) {
      const group = groups.get(word) ?? program.command(word).description(`the ${word} stages`);
      group.exitOverride(error => rethrow(error, group));
      groups.set(word, group);
      parent = group;
    }
    addStage(parent.command(second ?? word), stage, execute);
  }
  return program;
}

function addStage(command: Command, stage: Stage, execute: Execute): void {
  command.description(stage.description).exitOverride(error => rethrow(error, command));
  const keyOf = new Map<string, string>(); // commander's name of an option to ours
  for (const schema of optionsOf(stage)) {
    for (const option of commandOptions(schema)) {
      command.addOption(option);
      keyOf.set(option.attributeName(), schema.key);
    }
  }
  for (const [flags, description] of commonFlags) command.option(flags, description);
  command.addHelpText('after', () => examplesText(stage, command));
  command.action(async () => {
    const values = command.opts<Record<string, unknown>>();
    const flags: Record<string, unknown> = {};
    for (const [attribute, key] of keyOf) {
      if (command.getOptionValueSource(attribute) === 'cli') flags[key] = values[attribute];
    }
    const fromFile = typeof values.config === 'string' ? await readConfig(values.config) : {};
    const config = parseOptions(stage, { ...fromFile, ...flags });
    await execute(stage, config, { json: values.json === true, dryRun: values.dryRun === true });
  });
}

function examplesText({ examples }: Stage, command: Command): string {
  return ['', 'Examples:', ...examples.map(flags => `  $ ${fullName(command)} ${flags}`.trimEnd())].join('\n');
}

/** One option, or two for a switch: `--mirror` and `--no-mirror`, of which the help shows the one that changes something. */
function commandOptions(schema: OptionSchema): Option[] {
  const flag = flagOf(schema.key);
  const description = `${schema.description ?? ''}${schema.required ? ' (required)' : ''}`;
  if (schema.type === 'boolean') {
    const on = new Option(flag, description).hideHelp(schema.default === true);
    const off = new Option(offFlagOf(schema.key), `switch off: ${description}`).hideHelp(schema.default !== true);
    return [on, off];
  }
  const words = schema.default === undefined && schema.defaultInWords ? ` (default: ${schema.defaultInWords})` : '';
  const option = new Option(`${flag} <${placeholder(schema)}>`, description + words);
  if (schema.enum !== undefined) option.choices(schema.enum.map(String)); // for the help; zod checks it
  if (schema.default !== undefined && !isEmptyList(schema.default)) option.default(schema.default);
  let earlier: unknown[] = [];
  option.argParser(text => {
    if (schema.type !== 'array') return coerce(text, schema);
    earlier = [...earlier, ...text.split(',').map(item => coerce(item.trim(), schema.items ?? {}))];
    return earlier;
  });
  return [option];
}

/** Numbers become numbers where the option takes any; what is none stays text, for zod to refuse. */
function coerce(text: string, schema: ValueSchema): unknown {
  const types = [schema, ...(schema.anyOf ?? [])].map(({ type }) => type);
  const numeric = types.includes('number') || types.includes('integer');
  if (numeric && text.trim() !== '' && !Number.isNaN(Number(text))) return Number(text);
  if (types.includes('null') && text === 'null') return null;
  return text;
}

function placeholder(schema: ValueSchema): string {
  if (schema.type === 'array') return 'values';
  if (schema.enum !== undefined) return 'name';
  return schema.type === 'string' ? 'text' : 'number';
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

async function readConfig(path: string): Promise<Record<string, unknown>> {
  const content = z.record(z.string(), z.unknown()).safeParse(await readJson(path));
  if (!content.success) throw new UserError(`${path} must hold a JSON object of options, such as {"resolution": 64}`);
  return content.data;
}

/** Commander's errors in our words; those for help and version pass. */
function rethrow(error: CommanderError, command: Command): never {
  const word = /'(-*[^' ]+)[^']*'/.exec(error.message)?.[1] ?? '';
  const name = fullName(command);
  switch (error.code) {
    case 'commander.unknownOption': {
      const flags = command
        .createHelp()
        .visibleOptions(command)
        .flatMap(option => option.long ?? []);
      throw new UserError(`unknown option ${word}.${didYouMean(word, flags)} See ${name} --help`);
    }
    case 'commander.unknownCommand':
      throw new UserError(
        `unknown command "${word}".${didYouMean(
          word,
          command.commands.map(each => each.name()),
        )}`,
      );
    case 'commander.optionMissingArgument':
      throw new UserError(`${word} needs a value. See ${name} --help`);
    case 'commander.excessArguments':
      throw new UserError(`${name} takes options only, no further words. See ${name} --help`);
    default:
      throw error;
  }
}

/** `face-tuning train gan`. */
function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}
