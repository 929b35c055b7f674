import { createServer } from 'node:net';

/** Why the HTTP port cannot be had; the message says what to do. */
class PortError extends Error {
  constructor(
    readonly code: 'port.in_use' | 'port.not_allowed' | 'port.unusable',
    message: string,
  ) {
    super(message);
    this.name = 'PortError';
  }
}

/** Found out before anything slow begins. Port 0 is always free. */
export function requireFreePort(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => reject(explainPort(error, host, port)));
    server.listen(port, host, () => server.close(() => resolve()));
  });
}

/** A port that nobody listens on just now. */
export function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Turns the failure to listen into a sentence. */
export function explainPort(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new PortError('port.in_use', `Port ${port} is in use. Choose another one: PORT=${port + 1} npm start`);
    case 'EACCES':
      return new PortError(
        'port.not_allowed',
        `You may not use port ${port}. Choose one above 1023: PORT=3000 npm start`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new PortError('port.unusable', `This machine has no address ${host}. Correct HOST, or leave it out.`);
    default:
      return error;
  }
}
