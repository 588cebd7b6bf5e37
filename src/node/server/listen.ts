// Puts a server on an address of this machine and takes it away again.
import type { Server, ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { UserError } from '../../core/errors.ts';
import { errorCode } from '../files/disk-errors.ts';

/** A Hono application, or anything else that answers requests. */
export interface Answering {
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

export interface Listening {
  /** `http://127.0.0.1:3000/`. */
  readonly address: string;
  /** Stops listening and closes open connections. */
  close(): Promise<void>;
  /** Stops listening and lets requests end that have begun. @param seconds after which they are cut off. */
  drain(seconds: number): Promise<void>;
}

export interface ListenOptions {
  /** Node's own limits on connections and requests; left out: Node's. */
  readonly server?: ServerOptions;
  /** Connections that are open at a time; left out: any number. */
  readonly connections?: number;
}

/** @param port 0 takes any that is free. @throws UserError where the address is in use or not of this machine. */
export async function listen(
  app: Answering,
  host: string,
  port: number,
  { server: serverOptions = {}, connections }: ListenOptions = {},
): Promise<Listening> {
  const server = serve({ fetch: app.fetch, hostname: host, port, serverOptions }) as Server;
  if (connections !== undefined) server.maxConnections = connections;
  await new Promise<void>((listening, failed) => {
    server.once('listening', listening);
    server.once('error', error => failed(explained(error, host, port)));
  });
  const { port: found } = server.address() as AddressInfo;
  const closed = () => new Promise<void>(done => server.close(() => done()));
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${found}/`,
    async close() {
      const ended = closed();
      server.closeAllConnections();
      await ended;
    },
    async drain(seconds) {
      const waiting = new AbortController();
      const late = setTimeout(seconds * 1000, undefined, { signal: waiting.signal }).then(
        () => server.closeAllConnections(),
        () => {},
      );
      await closed();
      waiting.abort();
      await late;
    },
  };
}

/** Waits for Ctrl-C or another signal to stop: servers have no end of their own. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise(stopped => signal.addEventListener('abort', stopped, { once: true }));
}

function explained(error: Error, host: string, port: number): Error {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return new UserError(`port ${port} of ${host} is in use. Choose another --port, or 0 for any that is free`);
    case 'EACCES':
      return new UserError(`port ${port} may not be used by this user. Choose a --port from 1024`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new UserError(`--host must be an address of this machine, such as 127.0.0.1 or 0.0.0.0; got "${host}"`);
    default:
      return error;
  }
}
