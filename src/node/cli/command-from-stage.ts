// Makes the command of a stage out of its option table, so that flags, defaults and help can never disagree with it.
import { Command, type CommanderError, Option } from 'commander';
import { z } from 'zod';
import { didYouMean, UserError } from '../../core/errors.ts';
import { readJson } from '../files/files.ts';
import { flagOf, type OptionSchema, offFlagOf, optionsOf } from '../stages/framework/option-schema.ts';
import type { Stage } from '../stages/framework/stage.ts';
import { parseOptions } from './parse-options.ts';
import { readValue } from './read-values.ts';

/** Runs a command whose options are checked. */
export type Execute = (
  stage: Stage,
  config: Record<string, unknown>,
  view: { readonly json: boolean; readonly dryRun: boolean },
) => Promise<void>;

/** Flags that every command has beside those of its stage's table. */
export const commonFlags = [
  ['--config <file>', 'JSON file of options; flags override it'],
  ['--json', 'print the result as JSON'],
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
    .helpCommand(false) // commander's own knows no command of two words
    .configureOutput({ outputError() {} }); // errors are thrown, and printed in one place
  program.exitOverride(error => rethrow(error, program));
  const groups = new Map<string, Command>();
  for (const stage of stages) {
    const [word = '', second] = stage.name.split(' ');
    let parent = program;
    if (second !== undefined) {
      const names = stages.flatMap(({ name }) => (name.startsWith(`${word} `) ? name.slice(word.length + 1) : []));
      const group = groups.get(word) ?? program.command(word).description(`commands: ${names.join(', ')}`);
      group.exitOverride(error => rethrow(error, group));
      groups.set(word, group);
      parent = group;
    }
    addStage(parent.command(second ?? word), stage, execute);
  }
  for (const group of groups.values()) group.helpCommand(false);
  addHelp(program);
  return program;
}

/** `help train gan` is `train gan --help`. */
function addHelp(program: Command): void {
  const help = program.command('help [command...]').description('display the help of a command');
  help.exitOverride(error => rethrow(error, help));
  help.action((words: readonly string[]) => {
    let command = program;
    for (const word of words) {
      command = command.commands.find(each => each.name() === word) ?? refuseUnknown(word, command);
    }
    command.help();
  });
}

function addStage(command: Command, stage: Stage, execute: Execute): void {
  command.description(stage.description).exitOverride(error => rethrow(error, command));
  const keyOf = new Map<string, string>(); // commander's name of an option to ours
  const advanced: Option[] = [];
  for (const schema of optionsOf(stage)) {
    for (const option of commandOptions(schema, command)) {
      if (!schema.common && !option.hidden) advanced.push(option.hideHelp());
      command.addOption(option);
      keyOf.set(option.attributeName(), schema.key);
    }
  }
  if (stage.argument !== undefined) command.argument(`[${stage.argument}]`, `the same as ${flagOf(stage.argument)}`);
  for (const [flags, description] of commonFlags) {
    const option = new Option(flags, description);
    const flag = option.long!;
    if (option.required) {
      option.argParser((text, earlier?: string) => {
        if (earlier === undefined) return wordAfter(flag, text, command);
        throw new UserError(`${flag} must be given once; got ${earlier} and ${text}`);
      });
    }
    command.addOption(option);
  }
  // Commander reads all flags before it shows the help.
  const all = new Option(allFlag, 'show every option in the help').hideHelp();
  if (advanced.length > 0) command.addOption(all);
  command.on('option:all', () => {
    for (const option of advanced) option.hideHelp(false);
    advanced.length = 0;
  });
  command.addHelpText('after', () => footer(stage, command, advanced.length));
  command.action(async () => {
    const values = command.opts<Record<string, unknown>>();
    if (values.all === true) throw new UserError(`${allFlag} goes with --help. See ${fullName(command)} --help`);
    const flags: Record<string, unknown> = {};
    for (const [attribute, key] of keyOf) {
      if (command.getOptionValueSource(attribute) === 'cli') flags[key] = values[attribute];
    }
    const [word] = command.processedArgs as [string?];
    if (stage.argument !== undefined && word !== undefined) {
      const given = flags[stage.argument];
      const flag = flagOf(stage.argument);
      if (given !== undefined) throw new UserError(`${flag} must be given once; got ${word} and ${flag} ${given}`);
      flags[stage.argument] = word;
    }
    const fromFile = typeof values.config === 'string' ? await readConfig(values.config, stage) : {};
    const config = parseOptions(stage, { ...fromFile, ...flags });
    await execute(stage, config, { json: values.json === true, dryRun: values.dryRun === true });
  });
}

/** Shows the options that are seldom turned; only commands that have some know it. */
const allFlag = '--all';

/** @param hidden how many options the help leaves out. */
function footer(stage: Stage, command: Command, hidden: number): string {
  const { examples } = stage;
  const name = fullName(command);
  const preset = optionsOf(stage).find(({ key }) => stage.preset !== undefined && key === 'preset');
  const whose =
    preset === undefined
      ? []
      : ['', `Defaults are those of preset ${preset.default}; --preset NAME --dry-run shows those of another.`];
  const rest = hidden === 0 ? [] : ['', `${hidden} more options: ${name} --help ${allFlag}`];
  return [...whose, ...rest, '', 'Examples:', ...examples.map(flags => `  $ ${name} ${flags}`.trimEnd())].join('\n');
}

/** @returns one option, or two for a switch, `--mirror` and `--no-mirror`. The help shows the one with an effect. */
function commandOptions(schema: OptionSchema, command: Command): Option[] {
  const flag = flagOf(schema.key);
  const description = `${schema.description ?? ''}${schema.required ? ' (required)' : ''}`;
  if (schema.type === 'boolean') {
    const on = new Option(flag, description).hideHelp(schema.default === true);
    const off = new Option(offFlagOf(schema.key), `switch off: ${description}`).hideHelp(schema.default !== true);
    return [on, off];
  }
  const words = schema.default === undefined && schema.defaultInWords ? ` (default: ${schema.defaultInWords})` : '';
  const isList = schema.type === 'array';
  // A list goes on over further words: a shell writes out `faces/*.npy` that way.
  const option = new Option(`${flag} <${placeholder(schema)}${isList ? '...' : ''}>`, description + words);
  if (schema.enum !== undefined) option.choices(schema.enum.map(String)); // for the help; zod checks it
  const text = String(schema.default ?? ''); // a list as its flag takes it
  if (schema.default !== undefined && text !== '') option.default(schema.default, text);
  let earlier: unknown[] = [];
  option.argParser(text => {
    const value = readValue(wordAfter(flag, text, command), schema);
    if (!isList) return value;
    earlier = [...earlier, ...(value as unknown[])];
    return earlier;
  });
  return [option];
}

/** @returns the word after a flag. @throws UserError for the next flag, which commander takes for the value. */
function wordAfter(flag: string, text: string, command: Command): string {
  const [name = ''] = text.split('=');
  if (name !== '--help' && !command.options.some(({ long, short }) => long === name || short === name)) return text;
  throw new UserError(`${flag} needs a value; got the option ${text} in its place`);
}

function placeholder(schema: OptionSchema): string {
  if (schema.type === 'array') return 'values';
  if (schema.enum !== undefined) return 'name';
  return schema.type === 'string' ? 'text' : 'number';
}

/** Reads a file of options. A list may be written as its flag takes it, and as a value by itself. */
async function readConfig(path: string, stage: Stage): Promise<Record<string, unknown>> {
  const content = z.record(z.string(), z.unknown()).safeParse(await readJson(path));
  if (!content.success) throw new UserError(`${path} must hold a JSON object of options, such as {"resolution": 64}`);
  const schemas = new Map(optionsOf(stage).map(schema => [schema.key, schema]));
  const entries = Object.entries(content.data).map(([key, value]) => {
    const schema = schemas.get(key);
    if (schema?.type !== 'array' || !['string', 'number'].includes(typeof value)) return [key, value];
    return [key, readValue(String(value), schema)];
  });
  return Object.fromEntries(entries);
}

/** Says commander's errors in our words; help and version, which are no errors, pass. */
function rethrow(error: CommanderError, command: Command): never {
  const word = /'(-*[^' ]+)[^']*'/.exec(error.message)?.[1] ?? '';
  const name = fullName(command);
  switch (error.code) {
    case 'commander.unknownOption': {
      const flags = command.options.flatMap(option => option.long ?? []);
      throw new UserError(`unknown option ${word}.${didYouMean(word, flags)} See ${name} --help`);
    }
    case 'commander.unknownCommand':
      return refuseUnknown(word, command);
    case 'commander.optionMissingArgument':
      throw new UserError(`${word} needs a value. See ${name} --help`);
    case 'commander.excessArguments': {
      const words = command.registeredArguments.length;
      throw new UserError(
        `${name} takes ${words === 0 ? 'options only' : 'one word'}; got the further word "${command.args[words]}". ` +
          `Quote a value with spaces. See ${name} --help`,
      );
    }
    default:
      throw error;
  }
}

function refuseUnknown(word: string, command: Command): never {
  const near = didYouMean(
    word,
    command.commands.map(each => each.name()),
  );
  throw new UserError(`unknown command "${word}".${near} See ${fullName(command)} --help`);
}

/** `face-tuning train gan`. */
function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}
