import { Client } from 'pg';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 10_000;

/**
 * Hears PostgreSQL notifications on one connection of its own, and comes back after a lost one. A notification is only a
 * wake-up: some may be missed while the connection is down, so every listener is also called after each reconnection.
 */
export class NotificationListener {
  readonly #listeners = new Map<string, Set<(payload: string) => void>>();
  readonly #connectionString: string;
  readonly #application: string;
  #client: Client | undefined;
  /** Of the last query: a connection takes them one after another. */
  #answered: Promise<unknown> = Promise.resolve();
  #opening: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(connectionString: string, application: string) {
    this.#connectionString = connectionString;
    this.#application = application;
  }

  /** Resolves when the channel is heard. The channel is a plain lower-case name. */
  async listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>> {
    const known = this.#listeners.get(channel);
    if (known) known.add(listener);
    else this.#listeners.set(channel, new Set([listener]));
    await this.#open();
    // Also when it is known: whoever made it known may still be waiting. To listen twice is to listen.
    await this.#query(`LISTEN "${channel}"`);
    return async () => {
      const listeners = this.#listeners.get(channel);
      if (!listeners?.delete(listener) || listeners.size > 0) return;
      this.#listeners.delete(channel);
      await this.#query(`UNLISTEN "${channel}"`).catch(() => undefined);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#opening?.catch(() => undefined);
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  #query(text: string): Promise<unknown> {
    const answer = this.#answered.then(() => this.#client?.query(text));
    this.#answered = answer.catch(() => undefined);
    return answer;
  }

  #open(): Promise<void> {
    this.#opening ??= this.#connect().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #connect(): Promise<void> {
    const client = new Client({
      connectionString: this.#connectionString,
      application_name: this.#application,
      keepAlive: true,
    });
    client.on('notification', ({ channel, payload }) => this.#tell(channel, payload ?? ''));
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    await client.connect();
    this.#client = client;
    for (const channel of this.#listeners.keys()) await this.#query(`LISTEN "${channel}"`);
  }

  #tell(channel: string, payload: string): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener(payload);
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#opening = undefined;
    client.end().catch(() => undefined);
    if (!this.#closed) this.#reconnect(FIRST_RETRY_MS);
  }

  #reconnect(delayMs: number): void {
    this.#retry = setTimeout(() => {
      this.#open().then(
        () => [...this.#listeners.keys()].forEach((channel) => this.#tell(channel, '')),
        () => this.#closed || this.#reconnect(Math.min(delayMs * 2, LAST_RETRY_MS)),
      );
    }, delayMs);
  }
}
