// Writes docs/options.md: every option of every stage, from the tables that the command line itself reads.
import {
  flagOf,
  type OptionSchema,
  offFlagOf,
  optionsOf,
  type ValueSchema,
} from '../stages/framework/option-schema.ts';
import type { Stage } from '../stages/framework/stage.ts';
import { commonFlags } from './command-from-stage.ts';

const head = `# Options

Made by \`npm run docs\` from the option tables in \`src/node/stages\`, which the command line reads too.

In a \`--config\` file an option goes by its flag's words run together: \`--fmap-base 64\` is \`{"fmapBase": 64}\`. What is repeatable also takes its values separated by commas, and is a list in a file.`;

/** @returns Markdown, one section a stage in the order of the help. */
export function optionsPage(stages: readonly Stage[]): string {
  const contents = ['every command', ...stages.map(({ name }) => name)].map(
    name => `[${name}](#${name.replaceAll(' ', '-')})`,
  );
  return `${[head, contents.join(' · '), commonSection(), ...stages.map(stageSection)].join('\n\n')}\n`;
}

function commonSection(): string {
  const rows = commonFlags.map(([flags, description]) => [code(flags), description]);
  return ['## every command', table(['flag', 'what it does'], rows)].join('\n\n');
}

function stageSection(stage: Stage): string {
  const commands = stage.examples.map(flags => `npx face-tuning ${stage.name} ${flags}`.trimEnd());
  const options = optionsOf(stage);
  const advanced = options.filter(({ common }) => !common);
  return [
    `## ${stage.name}`,
    stage.description,
    ['```sh', ...commands, '```'].join('\n'),
    ...(stage.argument === undefined ? [] : [`A first word is the same as ${code(flagOf(stage.argument))}.`]),
    ...(stage.preset === undefined ? [] : [presetLine(options)]),
    optionTable(options.filter(({ common }) => common)),
    ...(advanced.length === 0 ? [] : ['Seldom turned, and shown by `--help --all`:', optionTable(advanced)]),
  ].join('\n\n');
}

/** Says whose values the defaults are, where a preset stands for other options. */
function presetLine(options: readonly OptionSchema[]): string {
  const preset = options.find(({ key }) => key === 'preset');
  return `Defaults are those of preset ${defaultText(preset!)}; \`--preset NAME --dry-run\` shows those of another.`;
}

function optionTable(options: readonly OptionSchema[]): string {
  const rows = options.map(option => [
    flagsText(option),
    valuesText(option),
    defaultText(option),
    option.description ?? '',
  ]);
  return table(['flag', 'values', 'default', 'what it does'], rows);
}

/** The option's flag; for a switch that is on by default, also the flag that switches it off. */
function flagsText({ key, default: value }: OptionSchema): string {
  return (value === true ? [flagOf(key), offFlagOf(key)] : [flagOf(key)]).map(code).join(', ');
}

function valuesText(schema: ValueSchema): string {
  const { values, anyOf, type, items = {} } = schema;
  if (values !== undefined) return values;
  if (schema.enum !== undefined) return schema.enum.map(String).map(code).join(', ');
  if (schema.const !== undefined) return code(String(schema.const));
  if (anyOf !== undefined) return anyOf.map(valuesText).join(' or ');
  if (type === 'array') return `${valuesText(items)}; repeatable`;
  if (type === 'boolean') return 'a switch';
  return type === 'string' ? 'text' : `a ${type === 'integer' ? 'whole ' : ''}number${rangeText(schema)}`;
}

function rangeText({ minimum, exclusiveMinimum, maximum }: ValueSchema): string {
  // zod bounds whole numbers by what a double can hold, which is no rule of ours.
  const bound = (value: number | undefined) => value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  return [
    bound(minimum) ? ` from ${minimum}` : '',
    bound(exclusiveMinimum) ? ` above ${exclusiveMinimum}` : '',
    bound(maximum) ? `${bound(minimum) ? '' : ' up'} to ${maximum}` : '',
  ].join('');
}

function defaultText({ required, defaultInWords, default: value }: OptionSchema): string {
  if (required) return '**required**';
  if (defaultInWords !== undefined) return defaultInWords;
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  const text = String(value ?? ''); // a list as the flag takes it
  return text === '' ? '–' : code(text);
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}
