// What a pipeline stage is: a function from run folders to one run folder, its options in one typed table.
import type { z } from 'zod';
import type { Log } from '../../log/log.ts';

export interface StageContext {
  readonly log: Log;
  /** Aborted on Ctrl-C: long stages save what resuming needs and throw `signal.reason`. */
  readonly signal: AbortSignal;
}

/** Plain data worth printing: figures, tables, paths. It is also what `--json` prints. */
export type Summary = Record<string, unknown>;

export interface Stage<Options extends z.ZodObject = z.ZodObject> {
  /** As typed on the command line: `prepare`, `train gan`. */
  readonly name: string;
  /** One sentence for `--help`. */
  readonly description: string;
  /** What follows the command's name in a few commands worth copying, the simplest first. */
  readonly examples: readonly string[];
  /** Every option with type, default and description: flags, config file and help all come from here. */
  readonly options: Options;
  run(config: z.output<Options>, context: StageContext): Promise<Summary>;
  /** Of a stage with presets: what stands in for options that are not given, before the table's own defaults. */
  readonly preset?: (given: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** Of a stage that runs others: which, in order, and with what options. */
  readonly steps?: (config: z.output<Options>) => readonly Step[];
  /** The summary as text for a person, where a plain list of its values would not do. */
  readonly print?: (summary: Summary) => string;
}

/** A stage with the options it is to be run with. */
export interface Step {
  readonly stage: Stage;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The options as given, completed by those of the preset that they name. */
export function withPreset(stage: Stage, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...stage.preset?.(given), ...given };
}

/** Keeps the option types of a stage while declaring it. */
export function defineStage<Options extends z.ZodObject>(stage: Stage<Options>): Stage<Options> {
  return stage;
}
