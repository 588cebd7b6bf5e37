// The service: answers requests over HTTP with edited faces. It keeps nothing, so any number can stand side by side.
import { OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { routePath } from 'hono/route';
import type { Bundle } from '../../../core/editor/bundle.ts';
import { UserError } from '../../../core/errors.ts';
import { brokenRuleOf } from '../../../core/formats/broken-rule.ts';
import { errorCode } from '../../files/disk-errors.ts';
import type { Log } from '../../log/log.ts';
import { packageVersion } from '../../runs/manifest.ts';
import { withHeaders } from '../headers.ts';
import { acceptedFormat, faceFormats, mediaType, photoFormats } from './accept.ts';
import type { Drawer } from './drawer.ts';
import type { Order } from './drawing.ts';
import { createMetrics } from './metrics.ts';
import { modelFacts } from './model-facts.ts';
import type { PhotoOrder } from './photo-drawing.ts';
import { problem, Refusal } from './problem.ts';
import { BoundedQueue } from './queue.ts';
import { routes } from './routes.ts';
import { type EditBody, editSchema, faceQuerySchema, photoEditSchema, photoFormSchema, seedSchema } from './schemas.ts';

export interface ServiceLimits {
  /** The largest request in JSON, and the largest with a photo. */
  readonly bodyBytes: number;
  readonly photoBytes: number;
  /** Steps of a request, and pixels of its answer. */
  readonly faces: number;
  readonly pixels: number;
  /** Time that a request may take, waiting included. */
  readonly seconds: number;
  /** Requests that wait beside those that are computed. */
  readonly waiting: number;
}

export interface ServiceOptions {
  readonly bundle: Bundle;
  readonly drawer: Drawer;
  /** Requests computed at a time. */
  readonly threads: number;
  readonly limits: ServiceLimits;
  /** The bearer token to show; left out: none. */
  readonly token?: string | undefined;
  /** Bytes of all photos that are held at a time, which take twice as much memory until they are drawn. Default 256 MB. */
  readonly uploadBytes?: number;
  /** Web origins whose pages may call the service. */
  readonly origins: readonly string[];
  readonly log: Pick<Log, 'warn'>;
}

export interface Service {
  readonly app: OpenAPIHono;
  /** Lets /healthz and every answer say that the service stops. */
  stopping(): void;
}

/** A status of clients that left before the answer: it stands in the metrics alone. */
const clientLeft = 499;

export function createService(options: ServiceOptions): Service {
  const { bundle, drawer, threads, limits, token, uploadBytes = 256e6, origins, log } = options;
  const queue = new BoundedQueue(threads, limits.waiting);
  const metrics = createMetrics(() => queue.state);
  const model = modelFacts(bundle, limits);
  const { name, sha256 } = bundle;
  let stops = false;

  /** @param orderOf called once its turn has come, so that requests that wait hold no copy of a photo. */
  const draw = async (context: Context, orderOf: () => Promise<Omit<PhotoOrder, 'limits'>> | Omit<Order, 'limits'>) => {
    const late = AbortSignal.timeout(limits.seconds * 1000);
    const signal = AbortSignal.any([context.req.raw.signal, late]);
    const work = queue.run(async () => {
      const begun = performance.now();
      const order = await orderOf();
      const drawn = await drawer.draw({ ...order, limits }, signal);
      metrics.drawn(order.format, (performance.now() - begun) / 1000);
      return drawn;
    }, signal);
    try {
      return await orAborted(work, signal);
    } catch (error) {
      if (!signal.aborted || error instanceof Refusal) throw error;
      if (!late.aborted) throw new Refusal(clientLeft, 'the client left');
      throw new Refusal(503, `the request took longer than ${limits.seconds} s. Ask for less, or try again later`, {
        'Retry-After': String(queue.retryAfter),
      });
    }
  };

  const app = new OpenAPIHono();
  app.use(async (context, next) => {
    const begun = performance.now();
    await next();
    const { raw } = context.req;
    const isUnread = context.res.status >= 400 && raw.body !== null && !raw.bodyUsed;
    if (stops || isUnread || context.res.status === 413) context.header('Connection', 'close');
    const path = routePath(context, -1);
    const route = path.includes('*') ? 'other' : path;
    const seconds = (performance.now() - begun) / 1000;
    metrics.answered({ method: context.req.method, route, status: context.res.status, seconds });
  });
  app.use(withHeaders({ 'X-Content-Type-Options': 'nosniff' }));
  if (origins.length > 0) app.use(cors({ origin: [...origins], exposeHeaders: ['Retry-After', 'ETag'] }));
  if (token !== undefined) {
    for (const path of ['/v1/*', '/metrics']) app.use(path, bearerAuth({ token, realm: 'face-tuning' }));
  }
  const [edits, photos] = [limits.bodyBytes, limits.photoBytes].map(maxSize =>
    bodyLimit({
      maxSize,
      onError: () => {
        throw new Refusal(413, `the body must have at most ${maxSize} bytes`);
      },
    }),
  );
  let [uploads, uploaded] = [0, 0];
  app.use(routes.edit.path, async (context, next) => {
    const type = context.req.header('Content-Type')?.toLowerCase() ?? '';
    // The type that curl sends unasked would be taken for a form with a photo.
    if (type.startsWith('application/x-www-form-urlencoded')) throw new HTTPException(415);
    const isForm = type.startsWith('multipart/form-data');
    if (!isForm) return edits!(context, next);
    if (!/boundary=[^\s;]/.test(type)) {
      throw new Refusal(
        400,
        'multipart/form-data must name its boundary; leave the type to the program that sends the form',
      );
    }
    if (!model.photos) throw new Refusal(422, `${name} edits no photos: it has no encoder`);
    // Photos are held in memory from their first byte on, so those that arrive count like those that wait.
    const bytes = Math.min(limits.photoBytes, Number(context.req.header('Content-Length')) || limits.photoBytes);
    const isFull = uploads > 0 && uploaded + bytes > uploadBytes;
    if (uploads >= threads + limits.waiting || isFull) throw queue.refusal;
    uploads++;
    uploaded += bytes;
    try {
      return await photos!(context, next);
    } finally {
      uploads--;
      uploaded -= bytes;
    }
  });

  app.openapi(
    routes.edit,
    async context => {
      const headers = { 'Cache-Control': 'no-store' };
      const form = context.req.valid('form');
      if ('photo' in form) {
        const format = acceptedFormat(context, photoFormats);
        const order = async () => {
          const [photo, portrait] = await Promise.all([bytesOf(form.photo), bytesOf(form.portrait)]);
          return { kind: 'photo' as const, photo: photo!, portrait, edit: form.edit, format };
        };
        return answer(await draw(context, order), format, headers);
      }
      const format = acceptedFormat(context, faceFormats);
      const edit = context.req.valid('json') as EditBody; // its type is that of any body of the route
      return answer(await draw(context, () => ({ kind: 'edit', edit, format })), format, headers);
    },
    refusing({ json: editSchema, form: photoFormSchema }),
  );
  app.openapi(
    routes.face,
    async context => {
      const format = acceptedFormat(context, faceFormats);
      const { seed } = context.req.valid('param');
      const { psi, scale } = context.req.valid('query');
      // Another processor may draw a face that differs in its last digits: a weak tag.
      const tag = `W/"${[sha256.slice(0, 16), seed, psi ?? model.psi, scale ?? 1, format].join('-')}"`;
      const headers = {
        'Cache-Control': `${token === undefined ? 'public' : 'private'}, no-cache`, // the next model may be another
        ETag: tag,
        Vary: 'Accept, Origin',
      };
      if (
        context.req
          .header('If-None-Match')
          ?.split(/\s*,\s*/)
          .includes(tag)
      ) {
        return new Response(null, { status: 304, headers });
      }
      return answer(
        await draw(context, () => ({ kind: 'face', edit: { seed, psi, scale, nearest: false }, format })),
        format,
        headers,
      );
    },
    refusing({ param: seedSchema, query: faceQuerySchema }),
  );
  app.openapi(routes.model, context => context.json(model, 200));
  app.openapi(routes.health, context =>
    context.json(
      { status: stops ? ('stopping' as const) : ('ok' as const), model: { name, sha256 } },
      stops ? 503 : 200,
    ),
  );
  app.openapi(routes.metrics, async context => {
    const { type, text } = await metrics.text();
    return context.text(text, 200, { 'Content-Type': type });
  });

  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  app.openAPIRegistry.register('PhotoEdit', photoEditSchema);
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'face-tuning', version: packageVersion, description: `Edits faces of the model ${name}.` },
  });
  (document.paths?.[routes.edit.path]?.post?.requestBody as { required: boolean }).required = true;
  app.get('/openapi.json', context => context.json(document));

  const paths = [
    ...Object.values(routes).map(route => [route.getRoutingPath(), route.method.toUpperCase()]),
    ['/openapi.json', 'GET'],
  ];
  for (const [path, method] of paths as [string, string][]) {
    app.all(path, () => {
      throw new Refusal(405, `this path takes ${method} only`, { Allow: method === 'GET' ? 'GET, HEAD' : method });
    });
  }
  app.notFound(() => problem(404, 'there is no such path; /openapi.json lists those that there are'));
  app.onError((error, context) => {
    if (error instanceof Refusal) return problem(error.status, error.message, error.headers);
    if (error instanceof UserError) return problem(422, error.message);
    if (error instanceof HTTPException) return ofHono(error);
    if (errorCode(error) === 'ECONNRESET') return problem(clientLeft, 'the client left'); // amid its body
    log.warn(`${context.req.method} ${context.req.path}: ${error.stack ?? error.message}`);
    return problem(500, 'the service failed; its log says why');
  });
  return {
    app,
    stopping() {
      stops = true;
    },
  };
}

/** Rejects with the signal's reason once it is aborted, however long the work still takes. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

async function bytesOf(file: File | undefined): Promise<Uint8Array | undefined> {
  return file && new Uint8Array(await file.arrayBuffer());
}

function answer(
  drawn: Uint8Array | object,
  format: Parameters<typeof mediaType>[0],
  headers: Record<string, string>,
): Response {
  const body = drawn instanceof Uint8Array ? new Uint8Array(drawn) : JSON.stringify(drawn);
  return new Response(body, { headers: { 'Content-Type': mediaType(format), Vary: 'Accept, Origin', ...headers } });
}

/** Refuses what a schema of the route refuses, in the words of the command line. */
function refusing(schemas: Readonly<Record<string, z.ZodType>>) {
  return (result: { readonly success: boolean; readonly target: string; readonly data?: unknown }) => {
    if (result.success) return undefined;
    throw new Refusal(422, brokenRuleOf(schemas[result.target]!, result.data, 'the request'));
  };
}

/** Errors of Hono's own parts, as problems. */
function ofHono(error: HTTPException): Response {
  const headers = new Headers();
  const challenge = error.res?.headers.get('WWW-Authenticate');
  if (challenge) headers.set('WWW-Authenticate', challenge);
  const details: Readonly<Record<number, string>> = {
    400: error.message.startsWith('Malformed FormData')
      ? 'the body must be a whole form, its parts divided by the boundary that its type names'
      : 'the body must be valid JSON',
    415: 'the body must be of a type that /openapi.json lists, such as application/json',
  };
  const detail = challenge ? 'a bearer token is needed: Authorization: Bearer <token>' : details[error.status];
  return problem(error.status, detail ?? error.message, headers);
}
