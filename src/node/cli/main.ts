// The program `face-tuning`.
import { runCommandLine } from './run.ts';
import { stages } from './stages.ts';

await runCommandLine(stages, process.argv.slice(2));
