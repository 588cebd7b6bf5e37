// The service's routes as OpenAPI describes them; the document and the checks of requests both come from here.
import { createRoute, z } from '@hono/zod-openapi';
import { problemType } from './problem.ts';
import {
  editedSchema,
  editSchema,
  faceQuerySchema,
  faceSchema,
  healthSchema,
  modelSchema,
  photoFormSchema,
  problemSchema,
  seedSchema,
} from './schemas.ts';

const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } });

const picture = { schema: { type: 'string', format: 'binary' } } as const;
const pictures = { 'image/png': picture, 'image/webp': picture };
const photos = { ...pictures, 'image/jpeg': picture };

const refusals = {
  400: 'The body is not well-formed, or the Authorization',
  401: 'The bearer token is missing or wrong',
  406: 'Accept names nothing that this route gives',
  413: 'The body is too large',
  415: 'The body is of another type',
  422: 'The request breaks a rule, or the model refuses it; the detail says which',
  500: 'The service failed: a fault of its own',
  503: 'The service is busy, is stopping, or took too long; see Retry-After',
} as const;

type Refusing<Status extends number> = {
  [Each in Status]: {
    description: string;
    content: { [problemType]: { schema: typeof problemSchema } };
    headers?: { 'Retry-After': { schema: { type: 'string' } } };
  };
};

/** @returns the descriptions of these refusals. */
function refusing<Status extends keyof typeof refusals>(...statuses: readonly Status[]): Refusing<Status> {
  const content = { [problemType]: { schema: problemSchema } };
  const described = statuses.map(status => {
    const headers = { 'Retry-After': { schema: { type: 'string' } } };
    return [status, { description: refusals[status], content, ...(status === 503 && { headers }) }];
  });
  return Object.fromEntries(described);
}

const security = [{ bearer: [] }, {}];

export const routes = {
  edit: createRoute({
    method: 'post',
    path: '/v1/edits',
    summary: 'Edit a face, of a seed or in a photo: move attributes while others are locked',
    description: 'Answers with a picture that carries its recipe, or as JSON with what the edit changed, by Accept.',
    security,
    // Not `required`: each body is then checked by its own type alone. The document says that one is needed.
    request: {
      body: { content: { ...json(editSchema), 'multipart/form-data': { schema: photoFormSchema } } },
    },
    responses: {
      200: { description: 'The edited face, or the photo with it', content: { ...photos, ...json(editedSchema) } },
      408: { description: 'The request took too long to arrive' },
      ...refusing(400, 401, 406, 413, 415, 422, 500, 503),
    },
  }),
  face: createRoute({
    method: 'get',
    path: '/v1/faces/{seed}',
    summary: 'Draw the face of a seed, or tell its attributes',
    security,
    request: { params: seedSchema, query: faceQuerySchema },
    responses: {
      200: { description: 'The face', content: { ...pictures, ...json(faceSchema) } },
      304: { description: 'The face that If-None-Match names' },
      ...refusing(400, 401, 406, 422, 500, 503),
    },
  }),
  model: createRoute({
    method: 'get',
    path: '/v1/model',
    summary: 'The model, its directions, and the limits of requests',
    security,
    responses: { 200: { description: 'The model', content: json(modelSchema) }, ...refusing(400, 401) },
  }),
  health: createRoute({
    method: 'get',
    path: '/healthz',
    summary: 'Whether requests are taken',
    responses: {
      200: { description: 'They are', content: json(healthSchema) },
      503: { description: 'The service is stopping', content: json(healthSchema) },
    },
  }),
  metrics: createRoute({
    method: 'get',
    path: '/metrics',
    summary: 'Counts and times for Prometheus',
    security,
    responses: {
      200: {
        description: 'In the text format of Prometheus',
        content: { 'text/plain': { schema: z.string() } },
      },
      ...refusing(400, 401),
    },
  }),
} as const;
