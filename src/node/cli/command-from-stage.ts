// Makes the command of a stage out of its option table, so that flags, defaults and help can never disagree with it.
import { Command, type CommanderError, Option } from 'commander';
import { z } from 'zod';
import { didYouMean, UserError } from '../../core/errors.ts';
import { readJson } from '../io/files.ts';
import { flagOf } from '../pipeline/command.ts';
import type { Stage } from '../pipeline/stage.ts';
import { parseOptions } from './issues.ts';

/** What a command does once its options are checked. */
export type Execute = (
  stage: Stage,
  config: Record<string, unknown>,
  view: { readonly json: boolean; readonly dryRun: boolean },
) => Promise<void>;

/** What JSON Schema says of one option, as far as the command line needs it. */
interface Property {
  readonly type?: string | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly anyOf?: readonly Property[] | undefined;
  readonly items?: Property | undefined;
  readonly default?: unknown;
  readonly description?: string | undefined;
}

/** @returns the program with a command for each stage; `train gan` becomes `gan` under `train`. */
export function programFromStages(stages: readonly Stage[], version: string, execute: Execute): Command {
  const program = new Command('face-tuning')
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
  const { properties = {}, required = [] } = z.toJSONSchema(stage.options, { io: 'input', unrepresentable: 'any' });
  const keyOf = new Map<string, string>(); // commander's name of an option to ours
  for (const [key, property] of Object.entries(properties)) {
    for (const option of optionsFor(key, property as Property, required.includes(key))) {
      command.addOption(option);
      keyOf.set(option.attributeName(), key);
    }
  }
  command.option('--config <file>', 'JSON file of options; flags override it');
  command.option('--json', 'print the summary as JSON');
  command.option('--dry-run', 'print the resolved options and what would be done, and do nothing');
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
function optionsFor(key: string, property: Property, required: boolean): Option[] {
  const flag = flagOf(key);
  const description = `${property.description ?? ''}${required ? ' (required)' : ''}`;
  if (property.type === 'boolean') {
    const on = new Option(flag, description).hideHelp(property.default === true);
    const off = new Option(`--no-${flag.slice(2)}`, `switch off: ${description}`).hideHelp(property.default !== true);
    return [on, off];
  }
  const option = new Option(`${flag} <${placeholder(property)}>`, description);
  if (property.enum !== undefined) option.choices(property.enum.map(String)); // for the help; zod checks it
  if (property.default !== undefined && !isEmptyList(property.default)) option.default(property.default);
  let earlier: unknown[] = [];
  option.argParser(text => {
    if (property.type !== 'array') return coerce(text, property);
    earlier = [...earlier, ...text.split(',').map(item => coerce(item.trim(), property.items ?? {}))];
    return earlier;
  });
  return [option];
}

/** Numbers become numbers where the option takes any; what is none stays text, for zod to refuse. */
function coerce(text: string, property: Property): unknown {
  const types = [property, ...(property.anyOf ?? [])].map(({ type }) => type);
  const numeric = types.includes('number') || types.includes('integer');
  if (numeric && text.trim() !== '' && !Number.isNaN(Number(text))) return Number(text);
  if (types.includes('null') && text === 'null') return null;
  return text;
}

function placeholder(property: Property): string {
  if (property.type === 'array') return 'values';
  if (property.enum !== undefined) return 'name';
  return property.type === 'string' ? 'text' : 'number';
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
