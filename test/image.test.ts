// Docker's files without Docker: they are well-formed, copy what is there, and give commands that the command line takes.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { programFromStages } from '../src/node/cli/command-from-stage.ts';
import { stages } from '../src/node/cli/stages.ts';

const root = resolve(import.meta.dirname, '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');

/** @returns the stage that a command line asks for, with its options as they are parsed. */
async function parsed(argv: readonly string[]) {
  const found: { name: string; config: Record<string, unknown> }[] = [];
  const program = programFromStages({ name: 'face-tuning', version: '0' }, stages, async ({ name }, config) => {
    found.push({ name, config });
  });
  await program.parseAsync([...argv], { from: 'user' });
  return found[0]!;
}

const dockerfile = read('Dockerfile');

/** @returns the words behind an instruction written as a list, of its last occurrence. */
function listOf(instruction: string): string[] {
  const [, list] = [...dockerfile.matchAll(new RegExp(`^\\s*${instruction} (\\[.*\\])$`, 'gm'))].at(-1)!;
  return JSON.parse(list!);
}

test('the Dockerfile has no fault, and copies only what is there and not ignored', () => {
  expect(validate(dockerfile)).toEqual([]);
  const ignored = read('.dockerignore').split('\n');
  const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, words]) =>
    words!.split(' ').slice(0, -1),
  );
  expect(sources).toContain('package-lock.json');
  for (const source of sources) {
    expect(existsSync(join(root, source)), source).toBe(true);
    expect(ignored, source).toContain(`!${source}`);
  }
});

test('its image runs as a user without rights, serves on all addresses and knows whether it is healthy', async () => {
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(listOf('ENTRYPOINT')).toEqual(['node', '/app/bin/face-tuning.js']);
  const { name, config } = await parsed(listOf('CMD'));
  expect(name).toBe('serve');
  expect(config).toMatchObject({ host: '0.0.0.0', port: 8080 });
  expect(dockerfile).toContain(`EXPOSE ${config.port}\n`);
  const [, script] = /^ +CMD \["node", "-e", "(.*)"\]$/m.exec(dockerfile)!;
  expect(script).toContain(`http://127.0.0.1:${config.port}/healthz`);
  expect(() => new Function(script!)).not.toThrow();
});

interface Service {
  readonly image: string;
  readonly command?: string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly deploy?: { readonly replicas: number };
  readonly ports?: readonly string[];
}

test('the compose file has the service, Redis and two workers, with commands that are taken', async () => {
  const { services, volumes } = parse(read('compose.yaml')) as {
    services: Record<'serve' | 'worker' | 'redis' | 'stage', Service>;
    volumes: object;
  };
  expect(Object.keys(services).sort()).toEqual(['redis', 'serve', 'stage', 'worker']);
  expect(Object.keys(volumes)).toEqual(['redis']);
  const { name, config } = await parsed(services.worker.command!);
  expect(name).toBe('worker');
  expect(config).toMatchObject({ queue: 'redis://redis:6379/0', shared: '/shared' });
  expect(services.worker.deploy).toEqual({ replicas: 2 });
  expect(services.serve.ports).toEqual(['127.0.0.1:8080:8080']);
  for (const { depends_on = {} } of Object.values(services)) {
    for (const other of Object.keys(depends_on)) expect(services).toHaveProperty(other);
  }
  const [, example] = /docker compose run --rm stage (.+)$/m.exec(read('compose.yaml'))!;
  expect(await parsed(example!.split(' '))).toMatchObject({
    name: 'synthesize',
    config: { queue: 'redis://redis:6379/0' },
  });
});
