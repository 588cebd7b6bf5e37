// Puts a server on an address of this machine and takes it away again.
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import { UserError } from '../../core/errors.ts';
import { errorCode } from '../files/disk-errors.ts';

export interface Listening {
  /** `http://127.0.0.1:3000/`. */
  readonly address: string;
  /** Stops listening and closes open connections. */
  close(): Promise<void>;
}

/** @param port 0 takes any that is free. @throws UserError where the address is in use or not of this machine. */
export async function listen(app: Hono, host: string, port: number): Promise<Listening> {
  const server = serve({ fetch: app.fetch, hostname: host, port });
  await new Promise<void>((listening, failed) => {
    server.once('listening', listening);
    server.once('error', error => failed(explained(error, host, port)));
  });
  const { port: found } = server.address() as AddressInfo;
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${found}/`,
    close: () =>
      new Promise<void>(closed => {
        server.close(() => closed());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
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
