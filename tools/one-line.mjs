// Import it first in a tool: people's mistakes end in one line and code 2, as at the command line; faults keep their stack.
import { UserError } from '../dist/core/errors.js';
import { explainedByItself } from '../dist/node/files/disk-errors.js';

process.on('uncaughtException', error => {
  const told = explainedByItself(error);
  const isMistake = told instanceof UserError || String(error.code).startsWith('ERR_PARSE_ARGS');
  console.error(isMistake ? `error: ${told.message}` : told);
  process.exit(isMistake ? 2 : 1);
});
