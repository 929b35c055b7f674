import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A signed-in user of the HTTP API, for the demo and for tests. */
export class ApiClient {
  private constructor(
    readonly url: string,
    private readonly token: string,
  ) {}

  static async signIn(url: string, username: string, password: string): Promise<ApiClient> {
    const answer = await fetch(`${url}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    if (answer.status !== 201) throw new Error(`sign-in gave ${answer.status}: ${await answer.text()}`);
    return new ApiClient(url, ((await answer.json()) as { token: string }).token);
  }

  /** As the first admin, with the credentials that the start wrote. */
  static signInAsAdmin(url: string, dataDir: string): Promise<ApiClient> {
    const { username, password } = JSON.parse(readFileSync(join(dataDir, 'credentials'), 'utf8')) as {
      username: string;
      password: string;
    };
    return ApiClient.signIn(url, username, password);
  }

  /** Sends a request; anything but 2xx is an error that names what came back. */
  async expectOk<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<Body>> {
    const answer = await this.send<Body>(method, path, body, headers);
    if (answer.status >= 300) {
      throw new Error(`${method} ${path} gave ${answer.status}: ${JSON.stringify(answer.body)}`);
    }
    return answer;
  }

  async send<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<Body>> {
    const answer = await this.raw(method, path, body, headers);
    const text = await answer.text();
    const json = /json/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, body: (json ? JSON.parse(text) : text) as Body };
  }

  /** The answer as it comes, for downloads and streams. */
  raw(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}
