// Runs a command line: parses it, calls a stage, prints its result and sets the exit code.
import { CommanderError } from 'commander';
import { printable, UserError } from '../../core/errors.ts';
import { explainedByItself } from '../files/disk-errors.ts';
import { consoleLog } from '../log/console-log.ts';
import { printableLine } from '../log/printable.ts';
import { packageVersion } from '../runs/manifest.ts';
import { optionsOf } from '../stages/framework/option-schema.ts';
import type { Stage } from '../stages/framework/stage.ts';
import { programFromStages } from './command-from-stage.ts';
import { planOf, printPlan } from './dry-run.ts';
import { printValues } from './print-values.ts';
import { stopSignal } from './stop-signal.ts';

const exitCodes = { done: 0, bug: 1, userError: 2, interrupted: 130 };

/** Stages throw this as `signal.reason` after Ctrl-C. */
const interruption = new Error('interrupted');

/** Runs a command line and sets the exit code of this process. @param name of the program, for its help. */
export async function runCommandLine(
  stages: readonly Stage[],
  argv: readonly string[],
  name = 'face-tuning',
): Promise<void> {
  process.exitCode = await exitCodeOf(stages, argv, name);
}

async function exitCodeOf(stages: readonly Stage[], argv: readonly string[], name: string): Promise<number> {
  let resumes = false;
  let code: number = exitCodes.done;
  const signal = stopSignal(exitCodes.interrupted, interruption);
  const program = programFromStages(
    { name, version: packageVersion },
    stages,
    async (stage, config, { json, dryRun }) => {
      resumes = optionsOf(stage).some(({ key }) => key === 'resume');
      const show = <T>(result: T, print: (result: T) => string) =>
        process.stdout.write(`${json ? JSON.stringify(result, null, 2) : printable(print(result))}\n`);
      if (dryRun) {
        const plan = await planOf(stage, config, { log: consoleLog(), signal });
        show(plan, printPlan);
        if (plan.some(({ refused }) => refused)) code = exitCodes.userError; // as the command itself, for scripts
      } else show(await stage.run(config, { log: consoleLog(), signal }), stage.print ?? printValues);
    },
  );
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (thrown) {
    const error = explainedByItself(thrown);
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.userError; // help
    // On a terminal the first characters remove a progress bar that the error may have left.
    const say = (text: string) => process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[K' : ''}${text}\n`);
    if (error === interruption) {
      say(`stopped. What was finished stays${resumes ? '; with --resume the same command goes on from that' : ''}`);
      return exitCodes.interrupted;
    }
    if (error instanceof UserError) {
      say(`error: ${printableLine(error.message)}`);
      return exitCodes.userError;
    }
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return exitCodes.bug;
  }
}
