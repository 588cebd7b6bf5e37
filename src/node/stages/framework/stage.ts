// The interface of a stage: a function from run folders to one run folder, with its options in one typed table.
import type { z } from 'zod';
import type { Log } from '../../log/log.ts';
import { checkDestination } from './destination.ts';

export interface StageContext {
  readonly log: Log;
  /** Aborted on Ctrl-C: long stages save what resuming needs and throw `signal.reason`. */
  readonly signal: AbortSignal;
}

export interface Stage<Options extends z.ZodObject = z.ZodObject, Result extends object = object> {
  /** As typed on the command line: `prepare`, `train gan`. */
  readonly name: string;
  /** One sentence for `--help`. */
  readonly description: string;
  /** Flags of a few commands worth copying, the simplest first; the command's name is put before them. */
  readonly examples: readonly string[];
  /** Every option with type, default and description: flags, config file and help all come from here. */
  readonly options: Options;
  /** The options that `--help` shows; `--help --all` shows the others too. Left out: it shows all. */
  readonly common?: readonly string[];
  /** The option that a word without a flag gives: `photo` in `invert me.jpg`. Left out: every value needs its flag. */
  readonly argument?: keyof z.output<Options> & string;
  /** @returns plain data worth printing: numbers, tables, paths. `--json` prints it as it is. */
  run(config: z.output<Options>, context: StageContext): Promise<Result>;
  /** The result as text for a person. Left out: a list of its values. */
  print?(result: Result): string;
  /** The options that the preset in `given` stands for; they go before the table's defaults. */
  preset?(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** The stages that this one runs, in order, each with its options. */
  steps?(config: z.output<Options>): Promise<readonly Step[]>;
}

/** A stage with the options it is to be run with. */
export interface Step {
  readonly stage: Stage;
  readonly config: Readonly<Record<string, unknown>>;
  /** Whether what is there is kept where it is newer than everything that it would be made from. */
  readonly keptIfNewer?: boolean;
}

/** The options as given, completed by those of the preset that they name. */
export function withPreset(stage: Stage, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...stage.preset?.(given), ...given };
}

/** Declares a stage, keeping the types of its options and result. It begins with a check of where it will write. */
export function defineStage<Options extends z.ZodObject, Result extends object>(
  stage: Stage<Options, Result>,
): Stage<Options, Result> {
  return {
    ...stage,
    async run(config, context) {
      await checkDestination(stage.options, config);
      return stage.run(config, context);
    },
  };
}
