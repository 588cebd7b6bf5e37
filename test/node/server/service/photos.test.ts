// Photos in requests: edited, refused, and kept as portraits between two requests.
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRecipes } from '../../../../src/core/editing/recipe.ts';
import { openTinyService, photoBundle, tinyLimits } from '../../../helpers/open-service.ts';

let service: Awaited<ReturnType<typeof openTinyService>>;
let photo: Uint8Array<ArrayBuffer>;
const box = { x: 20, y: 15, side: 16, angle: 10 };
const moves = ['Young=-2'];

beforeAll(async () => {
  service = await openTinyService({ bundle: await photoBundle() });
  const pixels = Uint8Array.from(
    { length: 40 * 30 * 3 },
    (_, at) => 60 + 3 * (Math.floor(at / 3) % 40) + 20 * (at % 3),
  );
  photo = new Uint8Array(
    await sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } })
      .png()
      .toBuffer(),
  );
});
afterAll(() => service.close());

async function ask(parts: Readonly<Record<string, string | Uint8Array<ArrayBuffer> | object>>, accept = '*/*') {
  const body = new FormData();
  for (const [name, part] of Object.entries(parts)) {
    if (part instanceof Uint8Array) body.set(name, new File([part], '../../etc/passwd'));
    else body.set(name, typeof part === 'string' ? part : JSON.stringify(part));
  }
  const response = await service.app.request('/v1/edits', { method: 'POST', headers: { Accept: accept }, body });
  return { status: response.status, type: response.headers.get('Content-Type'), response };
}

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

test.each([
  ['*/*', 'image/jpeg'],
  ['image/png', 'image/png'],
  ['image/webp', 'image/webp'],
])('Accept: %s gives the whole photo as %s', async (accept, type) => {
  const edited = await ask({ photo, edit: { moves, box, quick: true } }, accept);
  expect([edited.status, edited.type]).toEqual([200, type]);
  expect(await sharp(await bytesOf(edited.response)).metadata()).toMatchObject({ width: 40, height: 30 });
});

test('only the face changes, and the picture carries its recipe, which tells nothing of the photo', async () => {
  const { response } = await ask({ photo, edit: { moves, box, quick: true } }, 'image/png');
  const png = await bytesOf(response);
  const [recipe] = readRecipes(png);
  expect(recipe).toMatchObject({ portrait: expect.stringMatching(/^[0-9a-f]{64}$/), moves: [{ attribute: 'Young' }] });
  const [before, after] = await Promise.all([photo, png].map(each => sharp(each).removeAlpha().raw().toBuffer()));
  const changed = Array.from(before!, (value, at) => (value === after![at] ? -1 : Math.floor(at / 3) % 40)).filter(
    x => x >= 0,
  );
  expect(changed.length).toBeGreaterThan(0);
  expect(Math.min(...changed)).toBeGreaterThan(8);
});

test('a portrait that was kept makes the same edit without finding the face again', async () => {
  const first = await ask({ photo, edit: { moves, box, keep: true, picture: 'png' } }, 'application/json');
  const said = (await first.response.json()) as {
    portrait: { file: string; psnr: number; box: object };
    picture: string;
  };
  expect(said.portrait).toMatchObject({ box, psnr: expect.any(Number) });
  const portrait = new Uint8Array(Buffer.from(said.portrait.file, 'base64'));
  const again = await ask({ photo, portrait, edit: { moves, picture: 'png' } }, 'application/json');
  expect(await again.response.json()).toMatchObject({ picture: said.picture, portrait: { psnr: said.portrait.psnr } });
});

test.each<[string, Parameters<typeof ask>[0], number, RegExp]>([
  ['no photo', { edit: { moves } }, 422, /^photo must be a file/],
  ['a part by another name', { image: new Uint8Array(1) }, 422, /^photo must be a file; got "image" instead$/],
  ['text as the photo', { photo: 'text', edit: {} }, 422, /^photo must be a file/],
  ['what is no picture', { photo: new Uint8Array([1, 2, 3]), edit: {} }, 422, /^the photo must be a whole photo/],
  ['an edit that is no JSON', { photo: new Uint8Array(1), edit: '{"moves":' }, 422, /^edit must be JSON; got/],
  ['a wrong edit', { photo: new Uint8Array(1), edit: { mvoes: [] } }, 422, /^"mvoes" is no member of edit/],
  ['a seed beside it', { photo: new Uint8Array(1), edit: { seed: 1 } }, 422, /^"seed" is no member of edit/],
  [
    'a square without a size',
    { photo: new Uint8Array(1), edit: { box: { ...box, side: 0 } } },
    422,
    /^edit\.box\.side/,
  ],
  [
    'a range',
    { photo: new Uint8Array(1), edit: { moves: ['Young=-1..1'] } },
    422,
    /^Young=-1\.\.1 has two ends; an edit of a photo has one/,
  ],
  [
    'layers of what does not move',
    { photo: new Uint8Array(1), edit: { moves, layers: { Male: 'coarse' } } },
    422,
    /^layers must be of a move; got those of Male/,
  ],
  [
    'a portrait and a picture in JSON for an answer that is a picture',
    { photo: new Uint8Array(1), edit: { keep: true, picture: 'png' } },
    422,
    /^keep and picture are for answers in JSON; .* or leave them out$/,
  ],
  ['other parts', { photo: new Uint8Array(1), other: 'x' }, 422, /^"other" is no member of the request/],
  [
    'a face to find beside a portrait',
    { photo: new Uint8Array(1), portrait: new Uint8Array(9), edit: { moves: ['Young=1'], face: 2 } },
    422,
    /^a portrait says which face it is of/,
  ],
  ['a portrait that is none', { photo: new Uint8Array(1), portrait: new Uint8Array(9) }, 422, /^the photo must be/],
  ['more than allowed', { photo: new Uint8Array(200_000) }, 413, /^the body must have at most 100000 bytes$/],
])('refuses %s', async (_, parts, status, detail) => {
  const refused = await ask(parts);
  const said = (await refused.response.json()) as { detail: string };
  expect([refused.status, said.detail]).toEqual([status, expect.stringMatching(detail)]);
});

test.each([
  ['names no boundary', 'multipart/form-data', /^multipart\/form-data must name its boundary/],
  ['names an empty one', 'multipart/form-data; boundary=', /^multipart\/form-data must name its boundary/],
  ['names another', 'multipart/form-data; boundary=y', /^the body must be a whole form, /],
])('refuses a form whose type %s', async (_, type, detail) => {
  const headers = { 'Content-Type': type };
  const response = await service.app.request('/v1/edits', { method: 'POST', headers, body: '--x\r\n\r\n--x--' });
  const said = (await response.json()) as { detail: string };
  expect([response.status, said.detail]).toEqual([400, expect.stringMatching(detail)]);
});

test('refuses a photo that is too long for the answer, before any work', async () => {
  const create = { width: 16_400, height: 1, channels: 3, background: 'red' } as const;
  const long = new Uint8Array(await sharp({ create }).png().toBuffer());
  for (const [parts, accept] of [
    [{ photo: long, edit: { moves, box } }, 'image/webp'],
    [{ photo: long, edit: { moves, box, picture: 'webp' } }, 'application/json'],
  ] as const) {
    const refused = await ask(parts, accept);
    const told = (await refused.response.json()) as { detail: string };
    expect([refused.status, told.detail]).toEqual([
      422,
      expect.stringMatching(/^a picture in WEBP must have at most 16383/),
    ]);
  }
});

test('refuses damaged portraits, photos of too many pixels and pictures without a face', async () => {
  const detail = async (parts: Parameters<typeof ask>[0]) => {
    const { status, response } = await ask(parts);
    return [status, ((await response.json()) as { detail: string }).detail];
  };
  expect(await detail({ photo, portrait: new Uint8Array(90), edit: { moves } })).toEqual([
    422,
    expect.stringContaining('the portrait'),
  ]);
  const large = new Uint8Array(
    await sharp({ create: { width: 2000, height: 2000, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
  );
  expect(await detail({ photo: large, edit: { moves } })).toEqual([
    422,
    'the photo must have at most 100000 pixels here; got 4000000. Shrink it',
  ]);
  expect(await detail({ photo, edit: { moves } })).toEqual([
    422,
    'no face was found in the photo. Say by a box or by points where it is, or choose another',
  ]);
  // A wish that would be refused of any face is refused before one is looked for.
  for (const [asked, refusal] of [
    [{ moves: ['Smilling=1'] }, 'unknown attribute "Smilling"'],
    [{ moves, locks: ['Mail'] }, '"Mail"'],
    [{ moves: ['Young=p90', 'Young=1'] }, 'Young must have one wanted probability'],
  ] as const) {
    expect(await detail({ photo, edit: asked })).toEqual([422, expect.stringContaining(refusal)]);
  }
});

test('photos that arrive count as waiting: further ones are not even read', async () => {
  const limits = { ...tinyLimits, waiting: 0 };
  const busy = await openTinyService({ bundle: await photoBundle(), limits });
  const body = () => {
    const form = new FormData();
    form.set('photo', new File([photo], 'me.png'));
    form.set('edit', JSON.stringify({ box, quick: true }));
    return { method: 'POST', body: form };
  };
  const answers = await Promise.all([1, 2, 3].map(() => busy.app.request('/v1/edits', body())));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 503, 503]);
  expect(answers.find(({ status }) => status === 503)!.headers.get('Retry-After')).toBe('1');
  expect((await busy.app.request('/v1/edits', body())).status).toBe(200);
  await busy.close();
});

test('photos that wait are bounded in bytes, too', async () => {
  const full = await openTinyService({ bundle: await photoBundle(), uploadBytes: 1.5 * tinyLimits.photoBytes });
  const ofUnknownLength = () => {
    const body = new FormData();
    body.set('photo', new File([photo], 'me.png'));
    body.set('edit', JSON.stringify({ box, quick: true }));
    return full.app.request('/v1/edits', { method: 'POST', body });
  };
  const answers = await Promise.all([ofUnknownLength(), ofUnknownLength(), ofUnknownLength()]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 503, 503]);
  expect((await ofUnknownLength()).status).toBe(200);
  await full.close();
});

test('a model without an encoder says so before it reads the photo', async () => {
  const plain = await openTinyService();
  const body = new FormData();
  body.set('photo', new File([photo], 'me.png'));
  const response = await plain.app.request('/v1/edits', { method: 'POST', body });
  expect([response.status, await response.text()]).toEqual([
    422,
    expect.stringContaining('tiny edits no photos: it has no encoder'),
  ]);
  await plain.close();
});
