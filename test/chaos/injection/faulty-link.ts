import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import type { LinkSide } from '../plan/faults';

/** The two sockets of a connection, and what flows between them. */
interface Connection {
  readonly app: Socket;
  readonly database: Socket;
  readonly toDatabase: Transform;
  readonly toApp: Transform;
  /** One side was told that it ended: what the other does is kept from it. */
  halfClosed: boolean;
}

/** A TCP proxy before a server on this machine that passes everything on, until it is told to do worse. */
export class FaultyLink {
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #connections = new Set<Connection>();
  #delayMs = 0;
  #isCut = false;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.#targetPort = targetPort;
    server.on('connection', (app) => this.#connect(app));
  }

  /** @param targetPort of a server on 127.0.0.1, which need not run yet */
  static async open(targetPort: number): Promise<FaultyLink> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultyLink(server, targetPort);
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the link is closed');
    return address.port;
  }

  /** Each chunk, in either direction, waits so many milliseconds before it goes on. */
  delay(milliseconds: number): void {
    this.#delayMs = milliseconds;
  }

  /** Resets every connection, and every new one at once. */
  cut(): void {
    this.#isCut = true;
    for (const connection of this.#connections) this.#drop(connection);
  }

  /** Tells one side of each connection that it ended (FIN). The other hears nothing: neither the end nor any more bytes. */
  halfClose(told: LinkSide): void {
    for (const connection of this.#connections) {
      const { app, database, toDatabase, toApp } = connection;
      if (connection.halfClosed) continue;
      connection.halfClosed = true;
      app.unpipe(toDatabase);
      database.unpipe(toApp);
      // What comes is read and forgotten: a side that waits must not be told by a full buffer either.
      app.resume();
      database.resume();
      (told === 'app' ? app : database).end();
    }
  }

  /** Is a good link again. Connections that were half closed are reset. */
  mend(): void {
    this.#delayMs = 0;
    this.#isCut = false;
    for (const connection of this.#connections) if (connection.halfClosed) this.#drop(connection);
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #connect(app: Socket): void {
    if (this.#isCut) {
      app.resetAndDestroy();
      return;
    }
    const database = connect({ port: this.#targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const connection = { app, database, toDatabase: this.#pipe(), toApp: this.#pipe(), halfClosed: false };
    this.#connections.add(connection);
    app.pipe(connection.toDatabase).pipe(database);
    database.pipe(connection.toApp).pipe(app);
    for (const socket of [app, database]) {
      socket.setNoDelay(true);
      // An end that is no orderly one is told to the other side likewise.
      socket.on('error', () => this.#ended(connection));
      socket.on('close', () => this.#ended(connection));
    }
  }

  #ended(connection: Connection): void {
    const { app, database, halfClosed } = connection;
    if (halfClosed && !(app.destroyed && database.destroyed)) return;
    // After an orderly end the other side may still be writing.
    if (app.errored || database.errored || (app.destroyed && database.destroyed)) this.#drop(connection);
  }

  #drop(connection: Connection): void {
    this.#connections.delete(connection);
    const { app, database, toApp, toDatabase } = connection;
    toApp.destroy();
    toDatabase.destroy();
    for (const socket of [app, database]) if (!socket.destroyed) socket.resetAndDestroy();
  }

  #pipe(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        if (this.#delayMs === 0) done(null, chunk);
        else setTimeout(() => done(null, chunk), this.#delayMs);
      },
    });
  }
}
