import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** What an answer may take before it is asked for again, and the pause before, milliseconds. */
const PATIENCE_MS = 5000;
const AGAIN_MS = 250;

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface Answered<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Codes of answers that say "not now". */
const NOT_NOW = new Set(['aggregate.contended', 'session.too_many_tries']);

/**
 * A person whose program asks until it has an answer, whatever breaks meanwhile: the same request under the same key, at one api
 * after the other.
 */
export class PatientClient {
  readonly #urls: readonly string[];
  readonly #credentials: Credentials;
  #token: string | null = null;
  #turn = 0;
  #retries = 0;
  #stopped = false;

  constructor(urls: readonly string[], credentials: Credentials) {
    this.#urls = urls;
    this.#credentials = credentials;
  }

  /** Requests that were sent again. */
  get retries(): number {
    return this.#retries;
  }

  /** Whoever still waits for an answer gives up with an error. */
  stop(): void {
    this.#stopped = true;
  }

  /** The first answer that says what became of the request, whether it was carried out or refused. */
  async ask<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered<Body>> {
    const key = randomUUID();
    while (!this.#stopped) {
      const answer = await this.#send<Body>(method, path, body, { ...headers, 'idempotency-key': key });
      if (answer?.status === 401) this.#token = null;
      else if (answer && answer.status < 500 && !NOT_NOW.has(codeOf(answer.body))) return answer;
      this.#retries += 1;
      await delay(AGAIN_MS);
    }
    throw new Error(`${method} ${path} was never answered`);
  }

  /** Like `ask`, where anything but 2xx is an error that names what came back. */
  async expectOk<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answered<Body>> {
    const answer = await this.ask<Body>(method, path, body, headers);
    if (answer.status < 300) return answer;
    throw new Error(`${method} ${path} gave ${answer.status}: ${JSON.stringify(answer.body)}`);
  }

  /** Null when nobody answered. */
  async #send<Body>(
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answered<Body> | null> {
    const url = this.#urls[this.#turn++ % this.#urls.length] ?? '';
    try {
      this.#token ??= await this.#signIn(url);
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, body: (text === '' ? null : JSON.parse(text)) as Body };
    } catch {
      return null;
    }
  }

  async #signIn(url: string): Promise<string> {
    const answer = await fetch(`${url}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(this.#credentials),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!answer.ok) throw new Error(`sign-in gave ${answer.status}`);
    return ((await answer.json()) as { token: string }).token;
  }
}

/** The code of a problem; empty for any other body. */
export function codeOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : '';
}
