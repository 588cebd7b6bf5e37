// Command `serve`: answers requests for edited faces over HTTP, until it is stopped.
import { z } from 'zod';
import { stepsSchema } from '../../core/editing/recipe.ts';
import { readBundleFolder } from '../artefacts/bundle.ts';
import { shippedModel, shippedModelText } from '../artefacts/shipped-model.ts';
import { optionalPackages, withPackages } from '../files/optional-packages.ts';
import { listen, untilAborted } from '../server/listen.ts';
import { openDrawer } from '../server/service/drawer.ts';
import { readToken, tokenVariable } from '../server/service/token.ts';
import { pathOption, threadsOption } from '../stages/framework/options.ts';
import { defineStage } from '../stages/framework/stage.ts';

const options = z.strictObject({
  bundle: pathOption().optional().describe(`folder of a model bundle; ${shippedModelText}`),
  port: z.int().min(0).max(65535).default(8080).describe('port to listen on; 0: any that is free'),
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('address to listen on; 0.0.0.0 lets other machines in: give a token then, and put https in front'),
  threads: threadsOption('a request at a time'),
  waiting: z
    .int()
    .min(0)
    .max(10_000)
    .default(64)
    .describe('requests that may wait for a thread; further ones are answered 503 with Retry-After'),
  timeout: z.number().min(0.1).max(600).default(30).describe('seconds that a request may take, waiting included'),
  maxBody: z.number().min(0.01).max(100).default(1).describe('megabytes of a request in JSON at most'),
  maxPhoto: z.number().min(0.01).max(200).default(16).describe('megabytes of a request with a photo at most'),
  maxSteps: stepsSchema.default(32).describe('frames of a strip or an animation at most'),
  maxPixels: z.number().min(0.01).max(100).default(16).describe('millions of pixels of a photo or an answer at most'),
  tokenFile: pathOption()
    .optional()
    .describe(`file with the bearer token that clients must show; ${tokenVariable} in the environment does the same`),
  origin: z
    .array(z.url({ protocol: /^https?$/, error: 'must be a web origin, such as https://example.org' }))
    .default([])
    .describe('web origin whose pages may call the service from browsers (CORS); repeatable'),
});

/** Seconds within which the headers, and then the whole, of a request must arrive. */
const [headersSeconds, bodySeconds] = [10, 30];
/** Connections at a time beside those of waiting requests: for clients that keep theirs open, and for slow ones. */
const idleConnections = 1000;

export const serve = defineStage({
  name: 'serve',
  description: 'Edit faces for others over HTTP: a service with an OpenAPI document, until it is stopped.',
  examples: ['', '--bundle models/mine --port 8080 --token-file token.txt', '--host 0.0.0.0 --threads 8 --waiting 200'],
  options,
  common: ['bundle', 'port', 'host', 'threads', 'waiting', 'timeout', 'tokenFile'],
  async run(config, { log, signal }) {
    const { bundle: folder = shippedModel, host, port, threads, tokenFile } = config;
    const load = () => import('../server/service/app.ts');
    const { createService } = await withPackages('serve', optionalPackages.serve, load);
    const token = await readToken(tokenFile);
    const bundle = await readBundleFolder(folder);
    const drawer = await openDrawer(bundle, threads);
    const limits = {
      bodyBytes: Math.round(config.maxBody * 1e6),
      photoBytes: Math.round(config.maxPhoto * 1e6),
      faces: config.maxSteps,
      pixels: Math.round(config.maxPixels * 1e6),
      seconds: config.timeout,
      waiting: config.waiting,
    };
    const origins = config.origin.map(each => new URL(each).origin);
    const service = createService({ bundle, drawer, threads, limits, token, origins, log });
    const listening = await listen(service.app, host, port, {
      server: {
        headersTimeout: headersSeconds * 1000,
        requestTimeout: bodySeconds * 1000,
        connectionsCheckingInterval: 1000,
      },
      connections: idleConnections + config.waiting + threads,
    }).catch(async (error: unknown) => {
      await drawer.close();
      throw error;
    });
    const { address } = listening;
    log.info(`serve: ${bundle.name} at ${address}, described by ${address}openapi.json (stop with Ctrl-C)`);
    if (token === undefined && !isLoopback(host)) {
      log.warn(`anybody who reaches ${address} can use it; --token-file or ${tokenVariable} asks for a token`);
    }
    try {
      await Promise.race([untilAborted(signal), drawer.failed]);
    } finally {
      service.stopping();
      await listening.drain(config.timeout);
      await drawer.close();
    }
    return { address, bundle: folder };
  },
  print: ({ address }) => `serve: stopped serving ${address}`,
});

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
