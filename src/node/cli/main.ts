// Starts the program `face-tuning`: translates old spellings, then runs the command line.
import { inOwnProcess } from '../native/native-packages.ts';
import { currentSpelling } from './former-spellings.ts';
import { runCommandLine } from './run.ts';
import { stages } from './stages.ts';

inOwnProcess();
const { argv, notice } = await currentSpelling(process.argv.slice(2));
if (notice !== undefined) process.stderr.write(`${notice}\n`);
await runCommandLine(stages, argv);
