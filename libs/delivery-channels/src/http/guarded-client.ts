import { lookup, type LookupAddress } from 'node:dns';
import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps, type RequestOptions } from 'node:https';
import type { LookupFunction, TcpNetConnectOpts } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { codeOf, DeliveryError, networkError, optionsInvalid, timedOut } from '../delivery-error';
import { orAborted, timeLimit } from '../time-limit';
import { forbiddenKind } from './address-guard';

export interface GuardedClientOptions {
  /** Default false: only https. */
  readonly allowHttp?: boolean;
  /** Names of hosts, as URLs have them, that may have any address: those of the intranet. Default none. */
  readonly allowedPrivateHosts?: readonly string[];
  /** Certificates in PEM form of authorities that are trusted instead of the public ones. */
  readonly ca?: string;
  /** Until the connection stands, TLS included, in milliseconds. Default 5,000. */
  readonly connectMs?: number;
  /** Until the answer has ended, in milliseconds. */
  readonly wholeMs: number;
  /** All addresses of a host. Default: the system's resolver. */
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>;
}

export interface HttpPost {
  readonly headers: Readonly<Record<string, string>>;
  /** In bytes. */
  readonly length: number;
  readonly body: (signal: AbortSignal) => Promise<Readable>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The first 64 KiB. */
  readonly body: string;
}

/** Handed on to the socket, of which the types of requests do not know. */
type AutoSelectFamily = Pick<TcpNetConnectOpts, 'autoSelectFamily' | 'autoSelectFamilyAttemptTimeout'>;

const CONNECT_MS = 5_000;
/** What is read of an answer, in bytes. */
const ANSWER_LIMIT = 65_536;
/** One of several addresses gets so long before the next is tried too, in milliseconds. */
const ADDRESS_ATTEMPT_MS = 1_000;

const resolveBySystem = (host: string): Promise<LookupAddress[]> => promisify(lookup)(host, { all: true });

/**
 * Posts to an address that a person gave. The host's name is resolved once, each of its addresses is checked, and the connection goes to
 * these very addresses, so that a name cannot change its mind in between (DNS rebinding). Redirects are not followed.
 */
export class GuardedClient {
  readonly #url: URL;
  readonly #options: GuardedClientOptions;

  /** @throws DeliveryError `delivery.options_invalid`; the sentence does not hold the address, which may be a secret */
  constructor(url: string, options: GuardedClientOptions) {
    this.#url = checkedUrl(url, options.allowHttp ?? false);
    this.#options = options;
  }

  /** Scheme, host and port: the path may be a secret. */
  get origin(): string {
    return this.#url.origin;
  }

  /** @throws DeliveryError when there is no answer; whatever the answer says is not judged here */
  async post(post: HttpPost, signal: AbortSignal): Promise<HttpAnswer> {
    const limit = timeLimit(signal, this.#options.wholeMs, () => timedOut(this.#url.host));
    const progress = { sent: false };
    try {
      const addresses = await this.#addresses(limit.signal);
      return await this.#exchange(post, addresses, limit.signal, progress);
    } catch (error) {
      throw limit.reason() ?? this.#meaning(error, progress.sent);
    } finally {
      limit.end();
    }
  }

  async #addresses(signal: AbortSignal): Promise<readonly LookupAddress[]> {
    const host = this.#url.hostname.replace(/^\[|\]$/g, '');
    const addresses = await orAborted((this.#options.resolve ?? resolveBySystem)(host), signal);
    if (this.#options.allowedPrivateHosts?.includes(host) === true) return addresses;
    const kind = addresses.map(({ address }) => forbiddenKind(address)).find((found) => found !== null);
    if (kind === undefined) return addresses;
    const message = `${host} has an address that deliveries may not go to (${kind}): use a public host, or have it allowed.`;
    throw new DeliveryError('delivery.address_forbidden', message, false);
  }

  async #exchange(
    { headers, length, body }: HttpPost,
    addresses: readonly LookupAddress[],
    signal: AbortSignal,
    progress: { sent: boolean },
  ): Promise<HttpAnswer> {
    const stream = await body(signal);
    const request = this.#open({ ...headers, 'Content-Length': String(length) }, addresses, signal);
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.on('error', reject);
    });
    request.once('finish', () => (progress.sent = true));
    // An answer may come before all is sent, and says more than the broken pipe that follows it.
    const sending = pipeline(stream, request).catch((error: unknown) => {
      if (error instanceof DeliveryError) throw error;
    });
    return await read(await Promise.race([answer, sending.then(() => answer)]), signal);
  }

  #open(
    headers: Readonly<Record<string, string>>,
    addresses: readonly LookupAddress[],
    signal: AbortSignal,
  ): ClientRequest {
    const secure = this.#url.protocol === 'https:';
    const how: RequestOptions & AutoSelectFamily = {
      method: 'POST',
      headers,
      signal,
      agent: false,
      lookup: pinnedTo(addresses),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
      ...(this.#options.ca === undefined ? {} : { ca: this.#options.ca }),
    };
    const request = (secure ? requestHttps : requestHttp)(this.#url, how);
    const tooSlow = setTimeout(() => request.destroy(timedOut(this.#url.host)), this.#options.connectMs ?? CONNECT_MS);
    request.once('socket', (socket) => socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(tooSlow)));
    request.once('close', () => clearTimeout(tooSlow));
    return request;
  }

  #meaning(error: unknown, sent: boolean): unknown {
    if (error instanceof DeliveryError) return error;
    const { host } = this.#url;
    const code = codeOf(error);
    // An answer that is not HTTP, or ends too early.
    const broken =
      code?.startsWith('HPE_') === true || (sent && networkError(error, host)?.code === 'delivery.unreachable');
    if (!broken) return networkError(error, host) ?? error;
    const message = `${host} took the delivery and gave no answer that can be read (${code ?? 'unknown'}): it may have it or not.`;
    return new DeliveryError('delivery.unconfirmed', message, true);
  }
}

function checkedUrl(text: string, allowHttp: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['https:', 'http:'].includes(url.protocol)) {
    throw optionsInvalid('The address is no URL that begins with https://.');
  }
  if (url.protocol === 'http:' && !allowHttp) throw optionsInvalid('The address must begin with https://.');
  if (url.username !== '' || url.password !== '') {
    throw optionsInvalid('The address must not hold a name and password: send them in a header.');
  }
  return url;
}

/** Answers what was checked, whatever the name means by now. Node does not ask for a host that is an address itself. */
const pinnedTo =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (host, { all }, done) => {
    const [first] = addresses;
    if (first === undefined) done(Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' }), '');
    else if (all === true) done(null, [...addresses]);
    else done(null, first.address, first.family);
  };

async function read(answer: IncomingMessage, signal: AbortSignal): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Leaving the loop destroys the connection, so the rest is never read.
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= ANSWER_LIMIT) break;
    }
  } catch (error) {
    // The status counts, even where the connection breaks in the text after it.
    if (signal.aborted) throw error;
  }
  return {
    status: answer.statusCode ?? 0,
    retryAfter: answer.headers['retry-after'],
    body: Buffer.concat(chunks).subarray(0, ANSWER_LIMIT).toString('utf8'),
  };
}
