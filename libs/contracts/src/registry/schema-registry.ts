const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';
const TIMEOUT_MS = 10_000;

/** The registry does not answer, or not as it should. The message names it, without credentials. */
export class SchemaRegistryFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SchemaRegistryFailure';
  }
}

export interface SchemaRegistryOptions {
  /** `http(s)://[user:password@]host[:port][/path]` */
  readonly url: string;
  /** How long one answer may take, in milliseconds; default 10,000. */
  readonly timeoutMs?: number;
}

/** The two calls of Confluent's REST interface that are needed. Both throw `SchemaRegistryFailure`. */
export class SchemaRegistry {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;

  constructor({ url, timeoutMs = TIMEOUT_MS }: SchemaRegistryOptions) {
    const { username, password, origin, pathname } = new URL(url);
    this.#base = `${origin}${pathname.replace(/\/+$/, '')}`;
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#headers = {
      accept: CONTENT_TYPE,
      'content-type': CONTENT_TYPE,
      ...(username === '' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
    };
    this.#timeoutMs = timeoutMs;
  }

  /** Registers a schema, once or again, and gives its id. */
  async register(subject: string, schema: string): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    const { status, body } = await this.#call('POST', path, JSON.stringify({ schema }));
    if (status !== 200) throw this.#refused(`to register ${subject}`, status, body);
    const { id } = body as { readonly id?: unknown };
    if (typeof id !== 'number') throw this.#refused(`to give an id for ${subject}`, status, body);
    return id;
  }

  /** The text of an Avro schema, or null when the registry has none of that id. */
  async schemaOf(id: number): Promise<string | null> {
    const { status, body } = await this.#call('GET', `/schemas/ids/${id}`);
    if (status === 404) return null;
    const { schema, schemaType = 'AVRO' } = body as { readonly schema?: unknown; readonly schemaType?: unknown };
    if (status !== 200 || typeof schema !== 'string') throw this.#refused(`to give schema ${id}`, status, body);
    return schemaType === 'AVRO' ? schema : null;
  }

  async #call(method: string, path: string, body?: string) {
    try {
      const response = await fetch(`${this.#base}${path}`, {
        method,
        headers: this.#headers,
        signal: AbortSignal.timeout(this.#timeoutMs),
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.text();
      return { status: response.status, body: parsed(text) };
    } catch (cause) {
      throw new SchemaRegistryFailure(`the schema registry at ${this.#base} does not answer`, { cause });
    }
  }

  #refused(what: string, status: number, body: object): SchemaRegistryFailure {
    const { message } = body as { readonly message?: unknown };
    const reason = typeof message === 'string' ? `: ${message}` : '';
    return new SchemaRegistryFailure(`the schema registry at ${this.#base} refused ${what} (${status})${reason}`);
  }
}

/** An answer that is no JSON object tells nothing. */
function parsed(text: string): object {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
