// Holds every route of the service to its own /openapi.json: each status, type and body that it answers with is in there.
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseRecipe, readRecipes } from '../../../../src/core/editing/recipe.ts';
import { openTinyService, photoBundle, posted } from '../../../helpers/open-service.ts';
import { noBoundary } from '../../../helpers/tiny-bundle.ts';

type Media = Readonly<Record<string, { schema: object }>>;
interface Operation {
  readonly responses: Readonly<Record<string, { content?: Media }>>;
  readonly requestBody?: { content: Media };
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

const token = 'a-token-that-nobody-guesses';
const authorised = { Authorization: `Bearer ${token}` };
let service: Awaited<ReturnType<typeof openTinyService>>;
let document: Document;
const checks = new Ajv2020({ strict: false, validateFormats: false });
/** `post /v1/edits 200 image/png`, of all answers so far. */
const seen = new Set<string>();

beforeAll(async () => {
  service = await openTinyService({ token });
  document = (await (await service.app.request('/openapi.json')).json()) as Document;
  checks.addSchema(Object.assign({ $id: 'service' }, document));
});
afterAll(() => service.close());

/** Asks, and compares with the document. @param path as the document has it. */
async function ask(path: string, address: string, init: RequestInit = {}, from = service) {
  const response = await from.app.request(address, { ...init, headers: { ...authorised, ...init.headers } });
  const method = (init.method ?? 'GET').toLowerCase();
  const operation = document.paths[path]![method]!;
  const described = operation.responses[response.status];
  const status = `${method} ${path} ${response.status}`;
  expect(described, `${status} is described`).toBeDefined();
  const bytes = new Uint8Array(await response.clone().arrayBuffer());
  const type = response.headers.get('Content-Type')?.split(';')[0];
  if (type === undefined) expect(bytes.length).toBe(0);
  else {
    const media = described!.content![type];
    expect(media, `${status} ${type} is described`).toBeDefined();
    if (type.endsWith('json')) fits(media!.schema, JSON.parse(new TextDecoder().decode(bytes)));
  }
  seen.add(`${status} ${type}`);
  return { status: response.status, type, headers: response.headers, bytes, response };
}

/** @param schema inside the document, whose references it may hold. */
function fits(schema: object, value: unknown): void {
  const text = JSON.stringify(schema).replaceAll('"#/', '"service#/');
  const check = checks.compile(JSON.parse(text));
  check(value);
  expect(check.errors ?? []).toEqual([]);
}

const [edits, faces] = ['/v1/edits', '/v1/faces/{seed}'];
const move = { seed: 7, moves: ['Young=-1'], locks: ['Male'] };

test('the document is OpenAPI 3.1 without a fault', async () => {
  expect(await new Validator().validate({ ...structuredClone(document) })).toMatchObject({ valid: true });
  expect(Object.keys(document.paths).sort()).toEqual(['/healthz', '/metrics', edits, faces, '/v1/model'].sort());
});

test('an edit is a picture that carries its recipe, which makes the same picture again', async () => {
  const png = await ask(edits, edits, posted({ ...move, steps: 3, scale: 2 }));
  expect([png.status, png.type]).toEqual([200, 'image/png']);
  const [recipe] = readRecipes(png.bytes);
  expect(recipe).toMatchObject({ seed: 7, locks: ['Male'], strip: { steps: 3, scale: 2 } });
  const { recipe: asJson } = JSON.parse(
    await (
      await ask(edits, edits, posted({ ...move, steps: 3, scale: 2 }, { Accept: 'application/json' }))
    ).response.text(),
  );
  expect(parseRecipe(JSON.stringify(asJson))).toEqual(recipe);
  const again = await ask(edits, edits, posted({ recipe: asJson }));
  expect(Buffer.compare(again.bytes, png.bytes)).toBe(0);
});

test('as JSON it tells what the edit did, and carries the picture where that is asked for', async () => {
  const { response } = await ask(edits, edits, posted({ ...move, picture: 'png' }, { Accept: 'application/json' }));
  const said = (await response.json()) as {
    moves: { attribute: string; strength: number }[];
    attributes: { attribute: string; locked: boolean; distance?: [number, number]; probability?: number[] }[];
    picture: string;
  };
  expect(said.moves).toMatchObject([{ attribute: 'Young', strength: -1 }]);
  expect(said.attributes).toHaveLength(service.bundle.directions.length);
  const male = said.attributes.find(({ attribute }) => attribute === 'Male')!;
  expect(male.locked).toBe(true);
  expect(male.distance![1]).toBeCloseTo(male.distance![0], 6);
  expect(said.attributes.find(({ attribute }) => attribute === noBoundary)!.distance).toBeUndefined();
  expect(said.attributes.find(({ attribute }) => attribute === 'Dimples')!.probability).toBeUndefined();
  const png = await ask(edits, edits, posted(move));
  expect(said.picture).toBe(`data:image/png;base64,${Buffer.from(png.bytes).toString('base64')}`);
});

test('a lock on what is moved itself is told', async () => {
  const asked = { seed: 7, moves: ['Young=0.1'], locks: ['Young'] };
  const { response } = await ask(edits, edits, posted(asked, { Accept: 'application/json' }));
  expect(await response.json()).toMatchObject({
    moves: [{ attribute: 'Young', locked: true }],
    warnings: ['Young is moved though it is locked: a lock holds against moves of others, not its own'],
  });
});

test.each([
  ['a latent', { latent: Array.from({ length: 64 }, (_, i) => Math.sin(i)), moves: ['Young=1'] }],
  ['moves as data', { seed: 1, moves: [{ attribute: 'Young', kind: 'relative', strength: -1 }] }],
  ['a distance', { seed: 1, moves: ['Young=@0.5'], locks: ['Male', 'Dimples'] }],
  ['the nearest probability', { seed: 1, moves: ['Smiling=p90'], nearest: true }],
  ['locks by the field', { seed: 1, moves: ['Young=1'], locks: ['Male'], hold: 'field' }],
  ['linear geometry', { seed: 1, moves: ['Young=1'], geometry: 'linear' }],
  ['no move', { seed: 1 }],
])('it takes %s', async (_, body) => {
  fits(document.paths[edits]!.post!.requestBody!.content['application/json']!.schema, body);
  expect(await ask(edits, edits, posted(body))).toMatchObject({ status: 200, type: 'image/png' });
  const json = await ask(edits, edits, posted(body, { Accept: 'application/json' }));
  expect(json).toMatchObject({ status: 200, type: 'application/json' });
});

test('a photo is edited into a photo, or into facts', async () => {
  const photos = await openTinyService({ token, bundle: await photoBundle() });
  const picture = sharp({ create: { width: 24, height: 20, channels: 3, background: 'olive' } });
  const body = new FormData();
  body.set('photo', new File([new Uint8Array(await picture.jpeg().toBuffer())], 'me.jpg'));
  const box = { x: 12, y: 10, side: 16, angle: 0 };
  const edit = { moves: ['Young=1'], box, quick: true };
  for (const [accept, type, more] of [
    ['*/*', 'image/jpeg', {}],
    ['application/json', 'application/json', { keep: true, picture: 'webp' }],
  ] as const) {
    body.set('edit', JSON.stringify({ ...edit, ...more }));
    const init = { method: 'POST', headers: { Accept: accept }, body };
    expect(await ask(edits, edits, init, photos)).toMatchObject({ status: 200, type });
  }
  await photos.close();
});

test('an animation is a WebP of as many frames as steps', async () => {
  const timing = { delay: 40 };
  const webp = await ask(edits, edits, posted({ ...move, steps: 5, timing }, { Accept: 'image/webp, */*;q=0.1' }));
  expect(webp.type).toBe('image/webp');
  expect(await sharp(webp.bytes).metadata()).toMatchObject({ pages: 5, delay: [40, 40, 40, 40, 40] });
});

test.each<[string, unknown, number, string]>([
  ['no JSON', '{"seed":', 400, 'the body must be valid JSON'],
  ['no start', { moves: [] }, 422, 'a face must start from one of seed, latent and recipe; got none'],
  ['two starts', { seed: 1, latent: [1] }, 422, 'got seed and latent'],
  ['a negative seed', { seed: -1 }, 422, 'seed must be at least 0; got -1'],
  ['a seed beyond all numbers', '{"seed":1e999}', 422, 'seed must be a number; got Infinity'],
  ['a misspelt member', { sed: 1 }, 422, '"sed" is no member of the request. Did you mean "seed"?'],
  ['a misspelt attribute', { seed: 1, moves: ['Yung=1'] }, 422, 'unknown attribute "Yung". Did you mean "Young"?'],
  ['a move of nothing', { seed: 1, moves: ['Young'] }, 422, 'a move must be <attribute>=<strength>'],
  [
    'what has no boundary',
    { seed: 1, moves: [`${noBoundary}=1`] },
    422,
    `tiny can neither move nor lock ${noBoundary}`,
  ],
  ['a truncated latent', { latent: Array(64).fill(1), psi: 0.5 }, 422, 'psi truncates faces of a seed, not a latent'],
  ['a latent of another length', { latent: [1, 2, 3] }, 422, 'a latent of tiny must have 64 finite numbers; got 3'],
  ['a latent without direction', { latent: Array(64).fill(0) }, 422, 'a latent must have a finite length above 0'],
  ['a move off all measure', { seed: 1, moves: ['Young=1e300'], geometry: 'linear' }, 422, 'Move less'],
  ['a range without steps', { seed: 1, moves: ['Young=-1..1'] }, 422, 'Young=-1..1 has two ends; give steps too'],
  ['more steps than allowed', { seed: 1, steps: 9 }, 422, 'steps must be at most 8 here; got 9'],
  ['more pixels than allowed', { seed: 1, steps: 8, scale: 32 }, 422, 'a picture must have at most 100000 pixels here'],
  ['a move of no form', { seed: 1, moves: [5] }, 422, 'moves.0 must be text or an object; got 5'],
  ['a move of no kind', { seed: 1, moves: [{}] }, 422, 'moves.0.kind must be one of relative, absolute, probability'],
  [
    'a move without its strength',
    { seed: 1, moves: [{ attribute: 'Young', kind: 'relative' }] },
    422,
    'moves.0.strength is required',
  ],
  ['layers of no form', { seed: 1, layers: { Young: 2 } }, 422, 'layers.Young must be text or a list; got 2'],
  ['layers that are no numbers', { seed: 1, layers: { Young: [0, 'a'] } }, 422, 'layers.Young.1 must be a number;'],
  [
    'layers of no name',
    { seed: 1, layers: { '': 'all' } },
    422,
    'layers has a name that must have at least 1 character; got ""',
  ],
  [
    'a picture in JSON for an answer that is one',
    { seed: 1, picture: 'webp' },
    422,
    'picture is for answers in JSON; this one is a picture. Send Accept: application/json, or leave it out',
  ],
  ['no recipe', { recipe: { a: 1 } }, 422, 'recipe.schemaVersion must be 1'],
  ['a large body', { seed: 1, moves: Array(3000).fill('Young=1') }, 413, 'the body must have at most 20000 bytes'],
])('it refuses %s', async (_, body, status, detail) => {
  const { response, type } = await ask(edits, edits, posted(body));
  expect(type).toBe('application/problem+json');
  const said = (await response.json()) as { status: number; detail: string };
  expect([response.status, said.status]).toEqual([status, status]);
  expect(said.detail).toContain(detail);
});

test('it refuses a recipe with more beside it, and one of another model', async () => {
  const { response } = await ask(edits, edits, posted(move, { Accept: 'application/json' }));
  const { recipe } = (await response.json()) as { recipe: { bundle: { sha256: string } } };
  const doubled = await ask(edits, edits, posted({ recipe, seed: 1 }));
  expect(await doubled.response.text()).toContain('a recipe says what is edited and how; got seed too');
  recipe.bundle.sha256 = 'f'.repeat(64);
  const refused = await ask(edits, edits, posted({ recipe }));
  expect(refused.status).toBe(422);
  expect(await refused.response.text()).toContain('the recipe needs the model that it was made with');
});

test('it refuses other types, in and out', async () => {
  expect((await ask(edits, edits, { method: 'POST', body: 'seed=1' })).status).toBe(415);
  expect((await ask(edits, edits, { ...posted(move), headers: { 'Content-Type': 'text/xml' } })).status).toBe(415);
  const unasked = { 'Content-Type': 'application/x-www-form-urlencoded' }; // by curl -d
  expect((await ask(edits, edits, { ...posted(move), headers: unasked })).status).toBe(415);
  expect((await ask(edits, edits, posted(move, { Accept: 'text/html' }))).status).toBe(406);
  expect((await ask(edits, edits, posted(move, { Accept: 'image/png;q=0' }))).status).toBe(406);
  expect((await ask(edits, edits, posted(move, { Accept: 'image/png;q=0, */*' }))).type).toBe('image/webp');
  expect((await ask(faces, '/v1/faces/1', { headers: { Accept: 'text/html' } })).status).toBe(406);
});

test('a seed gives its face, the same as an edit without moves, and its attributes', async () => {
  const png = await ask(faces, '/v1/faces/7?scale=2');
  expect(png).toMatchObject({ status: 200, type: 'image/png' });
  const edited = await ask(edits, edits, posted({ seed: 7, scale: 2 }));
  expect(Buffer.compare(png.bytes, edited.bytes)).toBe(0);
  expect((await ask(faces, '/v1/faces/7', { headers: { Accept: 'image/webp' } })).type).toBe('image/webp');
  const { response } = await ask(faces, '/v1/faces/7', { headers: { Accept: 'application/json' } });
  const said = (await response.json()) as { latent: number[]; attributes: object[] };
  expect(said.latent).toHaveLength(64);
  expect(said.attributes).toHaveLength(41);
  expect(png.headers.get('Cache-Control')).toMatch(/, no-cache$/); // a service of another model may be next
  const tag = png.headers.get('ETag')!;
  const unchanged = await ask(faces, '/v1/faces/7?scale=2', { headers: { 'If-None-Match': `"other", ${tag}` } });
  expect([unchanged.status, unchanged.bytes.length]).toEqual([304, 0]);
  for (const wrong of [
    '-1',
    'abc',
    '99999999999999999999',
    '1.5',
    '0x1',
    '1?psi=9',
    '1?scale=99',
    '1?sclae=2',
    '1?psi=',
  ]) {
    expect((await ask(faces, `/v1/faces/${wrong}`)).status, wrong).toBe(422);
  }
});

test('the model tells all that requests need', async () => {
  const { response } = await ask('/v1/model', '/v1/model');
  const model = (await response.json()) as { directions: { attribute: string; movable: boolean }[] };
  expect(model).toMatchObject({
    name: 'tiny',
    resolution: 8,
    latentSize: 64,
    holds: ['linear', 'field'],
    geometry: 'sphere',
  });
  expect(model.directions.filter(({ movable }) => !movable)).toMatchObject([{ attribute: noBoundary }]);
});

test('without the token nothing is told but health and document; with it the counts are there', async () => {
  for (const wrong of [
    '',
    'Bearer ',
    'Bearer another-token-of-some-length',
    'Basic abc',
    `Bearer ${token}x`,
    'Bearer \u00e9',
  ]) {
    for (const [path, address] of [
      [faces, '/v1/faces/1'],
      ['/v1/model', '/v1/model'],
      ['/metrics', '/metrics'],
    ] as const) {
      const { status } = await ask(path, address, { headers: { Authorization: wrong } });
      expect([400, 401], wrong).toContain(status);
    }
    expect((await ask(edits, edits, posted(move, { Authorization: wrong }))).status).toBeLessThan(402);
  }
  const open = await service.app.request('/v1/model');
  expect([open.status, open.headers.get('WWW-Authenticate')]).toEqual([401, 'Bearer realm="face-tuning"']);
  expect((await service.app.request('/openapi.json')).status).toBe(200);
  expect((await ask('/healthz', '/healthz')).status).toBe(200);
  const { response } = await ask('/metrics', '/metrics');
  const text = await response.text();
  expect(text).toMatch(/http_requests_total\{method="POST",route="\/v1\/edits",status="200"\} \d+/);
  expect(text).toMatch(/face_tuning_drawing_seconds_count\{format="png"\} \d+/);
  expect(text).toContain('face_tuning_queue_waiting 0');
});

test('other methods and paths are refused in words', async () => {
  const request = (path: string, method: string) => service.app.request(path, { method, headers: authorised });
  const get = await request(edits, 'GET');
  expect([get.status, get.headers.get('Allow')]).toEqual([405, 'POST']);
  const put = await request('/v1/model', 'PUT');
  expect([put.status, put.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
  expect((await request('/v1/faces/1', 'HEAD')).status).toBe(200);
  for (const path of ['/', '/v1', '/v1/faces', '/v1/faces/1/2', '/../../etc/passwd', '/%2e%2e/x', '/v1/edits/']) {
    expect((await request(path, 'GET')).status, path).toBe(404);
  }
});

test('a service that stops says so', async () => {
  service.stopping();
  const { status, headers } = await ask('/healthz', '/healthz');
  expect([status, headers.get('Connection')]).toEqual([503, 'close']);
});

test('every answer that the document describes was seen, but for those of a busy, a slow or a broken service', () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { responses }]) =>
      Object.entries(responses).flatMap(([status, { content = {} }]) => {
        const types = Object.keys(content);
        return (types.length === 0 ? ['undefined'] : types).map(type => `${method} ${path} ${status} ${type}`);
      }),
    ),
  );
  const unseen = described.filter(each => !seen.has(each));
  expect(unseen).toEqual([
    `post ${edits} 408 undefined`,
    ...[500, 503].map(status => `post ${edits} ${status} application/problem+json`),
    ...[500, 503].map(status => `get ${faces} ${status} application/problem+json`),
  ]);
});
