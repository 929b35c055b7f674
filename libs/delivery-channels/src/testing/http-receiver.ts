import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../../../../test/certificates/certificate';

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: number;
  readonly sha256: string;
  /** Up to a megabyte, else empty. */
  readonly body: Buffer;
}

type Answering = (received: Received, response: ServerResponse) => void;

export interface HttpReceiver {
  readonly origin: string;
  readonly port: number;
  /** Of its certificate, which is for `localhost`. */
  readonly ca: string;
  /** Requests that came whole. */
  readonly received: Received[];
  /** What it answers to the next requests. At first 200 and `ok`. */
  answer: Answering;
  /** The number of connections that were ever made. */
  readonly connections: () => number;
  close(): Promise<void>;
}

const KEPT = 1_000_000;

/** A server that remembers what it is sent. */
export async function startHttpReceiver({ secure = true, host = 'localhost' } = {}): Promise<HttpReceiver> {
  const folder = await mkdtemp(join(tmpdir(), 'receiver-'));
  const { crt, key } = await makeCertificate(folder);
  await rm(folder, { recursive: true });
  const received: Received[] = [];
  let connections = 0;
  const receiver = {
    received,
    answer: ((_received, response) => response.end('ok')) as Answering,
    ca: crt,
    connections: () => connections,
  };
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    readRequest(request).then(
      (whole) => {
        received.push(whole);
        receiver.answer(whole, response);
      },
      () => undefined, // It broke off: nothing arrived.
    );
  };
  const server = secure ? createHttps({ cert: crt, key }, take) : createHttp(take);
  server.on('connection', () => (connections += 1));
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(receiver, {
    port,
    origin: `${secure ? 'https' : 'http'}://${host}:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

async function readRequest(request: IncomingMessage): Promise<Received> {
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    if (bytes <= KEPT) kept.push(chunk);
  }
  const { url = '', headers } = request;
  return {
    path: url,
    headers,
    bytes,
    sha256: hash.digest('hex'),
    body: bytes <= KEPT ? Buffer.concat(kept) : Buffer.alloc(0),
  };
}
