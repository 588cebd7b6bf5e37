// The program behind `npm run bench`: it takes the command line of a stage, and is not part of the package.
import { runCommandLine } from '#dist/node/cli/run.js';
import { bench } from './bench.ts';

await runCommandLine([bench], process.argv.slice(2), 'node dist/bench/main.js');
