// Hostile requests: 2,000 of them, of every kind, are refused with 4xx; none ends the service or tells of its machine.
import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mutations } from '../../../helpers/fuzz.ts';
import { openTinyService, photoBundle, tinyLimits } from '../../../helpers/open-service.ts';

let service: Awaited<ReturnType<typeof openTinyService>>;
let listening: Awaited<ReturnType<typeof service.listen>>;
beforeAll(async () => {
  service = await openTinyService({ limits, bundle: await photoBundle() });
  const server = {
    headersTimeout: 1000,
    requestTimeout: 1000,
    connectionsCheckingInterval: 100,
    keepAliveTimeout: 300,
  };
  listening = await service.listen({ server });
});
afterAll(async () => {
  await listening.close();
  await service.close();
});

/** Bodies as large as the command allows them: damage grows with the size. */
const limits = { ...tinyLimits, bodyBytes: 1_000_000, photoBytes: 2_000_000 };

/** How many of each status came back, over all tests. */
const statuses = new Map<number, number>();

/** Traces of this machine: stacks, paths, names of sources. */
const traces = /\n\s+at |node_modules|\/work\/|\/home\/|\/tmp\/|\.[jt]s:\d|Error:/;

/** @param status 0 where the connection was closed without an answer. */
function judge(status: number, body: string, what: string, allowed: (status: number) => boolean): void {
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  expect(allowed(status), `${status} for ${what.slice(0, 300)}: ${body.slice(0, 300)}`).toBe(true);
  expect(body, what.slice(0, 300)).not.toMatch(traces);
}

const refused = (status: number) => status >= 400 && status < 500;
/** A mutated request may still be a good one. */
const refusedOrGood = (status: number) => refused(status) || status === 200 || status === 304 || status === 503;

async function ask(path: string, init: RequestInit, allowed = refused): Promise<void> {
  const response = await fetch(listening.address + path.slice(1), init); // joined as text: `//..` would be a host
  const type = response.headers.get('Content-Type') ?? '';
  const text = await response.text();
  const body = type.startsWith('image/') ? '' : text;
  judge(response.status, body, `${init.method ?? 'GET'} ${path} ${init.body ?? ''}`, allowed);
}

const post = (body: NonNullable<RequestInit['body']>, type = 'application/json'): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': type },
  body,
});

/**
 * Sends bytes as they are. @param drips whether a further one follows now and then.
 * @returns the status of the answer, 0 without one, and all that was said.
 */
async function raw(bytes: string, ending = true, drips = false): Promise<{ status: number; text: string }> {
  const socket = connect(Number(new URL(listening.address).port), '127.0.0.1');
  let text = '';
  socket.on('data', part => {
    text += part.toString('latin1');
  });
  socket.on('error', () => {}); // the service may close first
  await once(socket, 'connect');
  socket.write(bytes, 'latin1');
  if (ending) socket.end();
  const dripping = drips ? setInterval(() => socket.write(' '), 100) : undefined;
  await once(socket, 'close');
  clearInterval(dripping);
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text };
}

const good = [
  { seed: 7, moves: ['Young=-1', 'Smiling=@0.5'], locks: ['Male'], nearest: true },
  { seed: 7, moves: ['Young=-1..1'], steps: 3, scale: 2, hold: 'field', timing: { delay: 50 } },
  {
    latent: [0.5, -1.25, 2],
    moves: [{ attribute: 'Young', kind: 'absolute', distance: 1 }],
    layers: { Young: 'coarse' },
  },
  { recipe: { schemaVersion: 1, bundle: { name: 'tiny', sha256: '0' }, seed: 1, moves: ['Young=1'], locks: [] } },
];

const many = { numRuns: 270 };

test('damaged JSON of good requests', async () => {
  for (const request of good) {
    const bytes = new TextEncoder().encode(JSON.stringify(request));
    await fc.assert(
      fc.asyncProperty(mutations(bytes), async body => ask('/v1/edits', post(Buffer.from(body)), refusedOrGood)),
      many,
    );
  }
}, 120_000);

test('any JSON at all, and any value in place of each member', async () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      1e308,
      -1e308,
      5e-324,
      2 ** 53,
      -0,
      2 ** 31,
      '\0',
      '__proto__',
      'constructor',
      '\ud800',
      '../../etc/passwd',
    ),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  const members = [
    'seed',
    'psi',
    'latent',
    'recipe',
    'moves',
    'locks',
    'hold',
    'geometry',
    'layers',
    'nearest',
    'steps',
  ];
  await fc.assert(
    fc.asyncProperty(odd, async value => ask('/v1/edits', post(JSON.stringify(value)), refusedOrGood)),
    { numRuns: 150 },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...members, 'scale', 'timing', 'picture'), odd, async (name, value) =>
      ask('/v1/edits', post(JSON.stringify({ ...good[0], [name]: value })), refusedOrGood),
    ),
    many,
  );
}, 120_000);

const { bodyBytes } = limits;
const deep = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels);
const numbers = (value: string) => `{"latent":[${Array(16).fill(value).join(',')}],"moves":["Young=1"]}`;

test.each([
  ['nested lists', deep('[', ']', bodyBytes / 2)],
  ['nested members', deep('{"recipe":', '}', 80_000).replace('}', 'null}')],
  ['nested values of a member', `{"recipe":{"bundle":${deep('[', ']', 400_000)}},"moves":[${deep('[', ']', 50_000)}]}`],
  ['open brackets', '['.repeat(bodyBytes - 1)],
  ['a number of many digits', `{"seed":${'9'.repeat(bodyBytes - 20)}}`],
  ['an exponent of many digits', `{"seed":1e${'9'.repeat(bodyBytes - 20)}}`],
  ['a long name', `{"${'a'.repeat(bodyBytes - 10)}":1}`],
  ['a long move', JSON.stringify({ seed: 1, moves: [`${'9'.repeat(bodyBytes / 2)}=1`] })],
  ['many moves', JSON.stringify({ seed: 1, moves: Array(90_000).fill('Young=1') })],
  ['many members', `{${Array.from({ length: 80_000 }, (_, i) => `"a${i}":1`).join(',')}}`],
  ['members twice', '{"seed":1,"seed":-1}'],
  ['a prototype', '{"__proto__":{"seed":1},"constructor":{"prototype":{}}}'],
  ['latents off all measure', numbers('1e308')],
  ['null bytes', '\0'.repeat(1000)],
  ['no body', ''],
  ['a body of one byte more than allowed', ' '.repeat(bodyBytes + 1)],
  ['a body of 2 MB', 'a'.repeat(2_000_000)],
  ['a move that no number holds', JSON.stringify({ seed: 1, moves: [`Young=1${'0'.repeat(90)}e9`] })],
  ['a pattern that takes long to match', JSON.stringify({ seed: 1, moves: [`Young=${'1'.repeat(90)}x`] })],
  ['a way out', JSON.stringify({ seed: 1, locks: ['../../../../etc/passwd'] })],
  ['control characters', JSON.stringify({ seed: 1, locks: ['\x1b[2J\x07\r\n'] })],
])('%s', async (_, body) => {
  await ask('/v1/edits', post(body));
});

test('bombs in other types, forms and encodings', async () => {
  const boundary = 'x';
  const part = (name: string, content: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="../../a"\r\n\r\n${content}\r\n`;
  const bombs: [string, string][] = [
    [`multipart/form-data; boundary=${boundary}`, part('a', 'b').repeat(9000)],
    [`multipart/form-data; boundary=${boundary}`, part('a', 'b'.repeat(2_000_000))],
    [`multipart/form-data; boundary=${'y'.repeat(5000)}`, `--${boundary}`],
    ['multipart/form-data', '--x'],
    ['multipart/mixed; boundary=x', part('a', deep(part('b', ''), '', 50))],
    ['application/x-www-form-urlencoded', 'a[]='.repeat(190_000)],
    ['application/xml', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
    ['application/json; charset=utf-7', '+ACI-'],
    ['image/svg+xml', '<svg/>'],
    ['', '{}'],
  ];
  for (const [type, body] of bombs) for (let times = 0; times < 5; times++) await ask('/v1/edits', post(body, type));
});

const form = (parts: Readonly<Record<string, Blob | string>>): RequestInit => {
  const body = new FormData();
  for (const [name, part] of Object.entries(parts)) body.append(name, part);
  return { method: 'POST', body };
};
const photoEdit = JSON.stringify({ moves: ['Young=1'], box: { x: 6, y: 6, side: 8, angle: 0 }, quick: true });

test('damaged photos, and damaged edits of good ones', async () => {
  const small = sharp({ create: { width: 12, height: 12, channels: 3, background: 'olive' } });
  const [png, jpeg] = [await small.png().toBuffer(), await small.jpeg().toBuffer()];
  for (const picture of [png, jpeg]) {
    await fc.assert(
      fc.asyncProperty(mutations(picture), async bytes => {
        await ask('/v1/edits', form({ photo: new File([Buffer.from(bytes)], 'a'), edit: photoEdit }), refusedOrGood);
      }),
      { numRuns: 60 },
    );
  }
  await fc.assert(
    fc.asyncProperty(mutations(new TextEncoder().encode(photoEdit)), async bytes => {
      const edit = new TextDecoder().decode(bytes);
      await ask('/v1/edits', form({ photo: new File([png], 'a'), edit }), refusedOrGood);
    }),
    { numRuns: 60 },
  );
}, 120_000);

test('squares that lie nowhere near the photo, or hold it a million times', async () => {
  const png = await sharp({ create: { width: 12, height: 12, channels: 3, background: 'olive' } })
    .png()
    .toBuffer();
  const boxes = [
    { x: 6, y: 6, side: 1e9, angle: 0 },
    { x: 6, y: 6, side: 1e300, angle: 0 },
    { x: 1e12, y: 6, side: 8, angle: 1e9 },
  ];
  for (const box of boxes) {
    const edit = JSON.stringify({ moves: ['Young=1'], box, quick: true });
    await ask('/v1/edits', form({ photo: new File([png], 'a'), edit }));
  }
  // So long that a pixel of what faces are looked for in covers hundreds of its own.
  const long = await sharp({ create: { width: 60_000, height: 16, channels: 3, background: 'olive' } })
    .png()
    .toBuffer();
  await ask('/v1/edits', form({ photo: new File([long], 'a'), edit: photoEdit }), refusedOrGood);
});

test('photos that grow beyond all measure when they are decoded', async () => {
  const huge = Buffer.from(
    await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
  );
  huge.writeUInt32BE(60_000, 16); // width and height in the header; its checksum is wrong then, too
  huge.writeUInt32BE(60_000, 20);
  const flat = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const svg = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="1e6" height="1e6">${'<g>'.repeat(10_000)}</svg>`,
  );
  for (const photo of [huge, flat, svg, Buffer.from('GIF89a'), Buffer.alloc(1_900_000)]) {
    await ask('/v1/edits', form({ photo: new File([Buffer.from(photo)], 'a'), edit: photoEdit }));
  }
  const deepEdit = deep('[', ']', 400_000);
  await ask('/v1/edits', form({ photo: new File([flat], 'a'), edit: deepEdit }));
  await ask('/v1/edits', form({ photo: new File([flat], 'a'), portrait: new File([Buffer.alloc(100_000, 255)], 'b') }));
  const twice = form({ photo: new File([flat], 'a') });
  (twice.body as FormData).append('photo', new File([flat], 'a'));
  await ask('/v1/edits', twice);
});

test('paths and queries', async () => {
  const parts = [
    '..',
    '%2e%2e',
    '%00',
    '%ff',
    'v1',
    'faces',
    '7',
    '\\',
    ';',
    '~',
    '%252e',
    'etc',
    'passwd',
    '*',
    "'",
    '🙂',
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 8 }), async list =>
      ask(`/${list.join('/')}`, {}, refusedOrGood),
    ),
    { numRuns: 150 },
  );
  const text = fc.string({ maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(text, text, text, async (seed, psi, scale) => {
      const query = new URLSearchParams({ psi, scale });
      await ask(`/v1/faces/${encodeURIComponent(seed) || '-'}?${query}`, {}, refusedOrGood);
    }),
    { numRuns: 150 },
  );
});

const head = (first: string, ...lines: string[]) => [first, 'Host: a', ...lines, '', ''].join('\r\n');

test.each([
  ['no HTTP', 'hello\r\n\r\n'],
  ['nothing but bytes', Buffer.from(Array.from({ length: 2000 }, (_, i) => (i * 37) % 256)).toString('latin1')],
  ['a header of 100 kB', head('GET /healthz HTTP/1.1', `X: ${'a'.repeat(100_000)}`)],
  ['10,000 headers', head('GET /healthz HTTP/1.1', ...Array.from({ length: 10_000 }, (_, i) => `X${i}: a`))],
  ['two lengths', `${head('POST /v1/edits HTTP/1.1', 'Content-Length: 2', 'Content-Length: 5')}{}`],
  [
    'length and chunks',
    `${head('POST /v1/edits HTTP/1.1', 'Content-Length: 2', 'Transfer-Encoding: chunked')}2\r\n{}\r\n0\r\n\r\n`,
  ],
  ['a negative length', head('POST /v1/edits HTTP/1.1', 'Content-Length: -1')],
  ['no number as length', head('POST /v1/edits HTTP/1.1', 'Content-Length: 1e3')],
  [
    'a broken chunk',
    `${head('POST /v1/edits HTTP/1.1', 'Content-Type: application/json', 'Transfer-Encoding: chunked')}zz\r\n`,
  ],
  ['a newline in the path', head('GET /v1/faces/1\n2 HTTP/1.1')],
  ['a strange host', 'GET /v1/model HTTP/1.1\r\nHost: a b@c/../d\r\n\r\n'],
  ['no host', 'GET /v1/model HTTP/1.1\r\n\r\n'],
  ['another method', head('BREW /v1/edits HTTP/1.1')],
  ['a tunnel', head('CONNECT example.org:443 HTTP/1.1')],
  ['another protocol', head('GET /healthz HTTP/1.1', 'Connection: Upgrade', 'Upgrade: h2c')],
])('on the wire: %s', async (what, bytes) => {
  const { status, text } = await raw(bytes, false);
  judge(status, text, what, given => given === 0 || refused(given) || (what === 'another protocol' && given === 200));
});

test('chunks beyond the limit are not read to their end', async () => {
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
  const start = head('POST /v1/edits HTTP/1.1', 'Content-Type: application/json', 'Transfer-Encoding: chunked');
  const { status, text } = await raw(start + chunk.repeat(20), false);
  judge(status, text, 'chunks', given => given === 413);
});

test('slow bodies: 40 clients that send a byte now and then are given up, and others are served meanwhile', async () => {
  const start = head('POST /v1/edits HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 1000');
  const slow = Array.from({ length: 40 }, () => raw(`${start}{`, false, true));
  for (let seed = 0; seed < 5; seed++) await ask(`/v1/faces/${seed}`, {}, status => status === 200);
  for (const { status, text } of await Promise.all(slow)) judge(status, text, 'a slow body', given => given === 408);
});

test('after 2,000 of them the service is as it was, and none was its fault', async () => {
  const count = [...statuses.values()].reduce((sum, each) => sum + each, 0);
  expect(count).toBeGreaterThanOrEqual(2000);
  expect([...statuses.keys()].filter(status => status >= 500 && status !== 503)).toEqual([]);
  expect(service.warnings).toEqual([]);
  const answer = await fetch(new URL('/v1/faces/7', listening.address));
  expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, 'image/png']);
  console.info(`hostile requests by status: ${[...statuses].map(each => each.join(' × ')).join(', ')}`);
});
