// Command `studio`: serves the page on which faces are edited, with a model, on this machine.
import { join } from 'node:path';
import { z } from 'zod';
import { bundleFiles } from '../../core/editor/bundle.ts';
import { UserError } from '../../core/errors.ts';
import { readBundleFolder } from '../artefacts/bundle.ts';
import { shippedModel, shippedModelText } from '../artefacts/shipped-model.ts';
import { readWhole } from '../files/files.ts';
import { fromRoot } from '../files/places.ts';
import { listen, untilAborted } from '../server/listen.ts';
import { studioServer } from '../server/studio-server.ts';
import { pathOption } from '../stages/framework/options.ts';
import { defineStage } from '../stages/framework/stage.ts';
import { studioPage } from './studio-page.ts';

const options = z.strictObject({
  bundle: pathOption().optional().describe(`folder of a model bundle; ${shippedModelText}`),
  port: z.int().min(0).max(65535).default(4300).describe('port to listen on; 0: any that is free'),
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe(
      'address to listen on; 0.0.0.0 lets other machines in. They need a proxy with https, as browsers check hashes ' +
        'only there and on localhost',
    ),
});

export const studio = defineStage({
  name: 'studio',
  description: 'Edit faces in the browser: serves the studio with a model until it is stopped with Ctrl-C.',
  examples: ['', '--bundle models/mine --port 8080'],
  options,
  async run({ bundle: folder = shippedModel, port, host }, { log, signal }) {
    const state = await studioPage();
    if (state === 'not built') {
      throw new UserError('the studio is not built yet. Run npm run build:studio, or npm start, which does both');
    }
    if (state === 'older than its sources') log.warn(`the studio is ${state}; npm start builds it again`);
    const page = fromRoot('dist/studio');
    const bundle = await readBundleFolder(folder);
    const app = await studioServer(page, bundle, await readWhole(join(folder, bundleFiles.index)));
    const { address, close } = await listen(app, host, port);
    log.info(`studio: ${bundle.name} at ${address} (stop with Ctrl-C)`);
    await untilAborted(signal);
    await close();
    return { address, bundle: folder };
  },
  print: ({ address }) => `studio: stopped serving ${address}`,
});
