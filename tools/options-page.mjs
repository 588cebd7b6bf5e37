// Writes docs/options.md with the compiled program: `npm run docs`.
import { writeFileSync } from 'node:fs';
import { optionsPage } from '../dist/node/cli/options-page.js';
import { stages } from '../dist/node/cli/stages.js';

writeFileSync(new URL('../docs/options.md', import.meta.url), optionsPage(stages));
