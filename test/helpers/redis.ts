// Starts a Redis of its own on a free port; tests that need one are skipped without it, but never in CI.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whether Redis is installed; where it is not, the reason is printed once a file. */
export const hasRedis: boolean = isInstalled();

if (!hasRedis) {
  const why = 'redis-server is not there (apt-get install redis-server)';
  if (process.env.CI === 'true') throw new Error(`tests of the queue cannot run: ${why}`);
  console.warn(`skipped: tests of the queue, because ${why}`);
}

export interface TestRedis {
  readonly url: string;
  /** Ends it as an administrator would, all on the disk, or as a power cut would, with nothing kept. */
  stop(how?: 'orderly' | 'killed'): Promise<void>;
  start(): Promise<void>;
  /** Stops it in its tracks, its connections open, as a host does that freezes; `false` lets it go on. */
  freeze(frozen: boolean): void;
}

/**
 * @param folder for what it keeps. @returns a Redis that answers. Whoever starts it stops it, best in what `beforeAll` returns:
 * hooks cannot add hooks.
 */
export async function startRedis(folder: string): Promise<TestRedis> {
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    const flags = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '3600 1', '--daemonize', 'no'];
    server = spawn('redis-server', flags.map(String), { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    await new Promise<void>((ready, failed) => {
      server!.stdout!.on('data', chunk => {
        said += chunk;
        if (said.includes('Ready to accept connections')) ready();
      });
      server!.once('exit', () => failed(new Error(`redis-server ended: ${said}`)));
    });
  };
  const stop = async (how: 'orderly' | 'killed' = 'orderly') => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(how === 'orderly' ? 'SIGTERM' : 'SIGKILL');
    await ended;
  };
  const freeze = (frozen: boolean) => void server!.kill(frozen ? 'SIGSTOP' : 'SIGCONT');
  await start();
  return { url: `redis://127.0.0.1:${port}/0`, stop, start, freeze };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function isInstalled(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
