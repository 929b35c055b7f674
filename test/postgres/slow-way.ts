import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

/** A way to a database on which messages can be held up, so that a test sees what does not wait for them. */
export interface SlowWay {
  /** Connection URL that goes this way. */
  readonly url: string;
  /** Holds up messages with the text, and those behind them, until `passOn`. Resolves when the first was held up. */
  holdUp(text: string): Promise<void>;
  passOn(): void;
  close(): void;
}

/** @param target connection URL of the database, without TLS */
export async function openSlowWay(target: string): Promise<SlowWay> {
  const url = new URL(target);
  const [port, host] = [Number(url.port), url.hostname];
  let held: { readonly text: string; readonly tell: () => void; readonly passed: Promise<void> } | null = null;
  let passOn = (): void => undefined;
  const server = createServer((client) => {
    const upstream = connect(port, host);
    upstream.pipe(client);
    let before: Promise<unknown> = Promise.resolve();
    client.on('data', (bytes) => {
      if (held && bytes.includes(held.text)) {
        const { passed, tell } = held;
        before = before.then(() => passed);
        tell();
      }
      before = before.then(() => upstream.write(bytes));
    });
    client.on('close', () => upstream.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    holdUp: (text) =>
      new Promise((tell) => {
        const passed = new Promise<void>((resolve) => (passOn = resolve));
        held = { text, tell, passed };
      }),
    passOn() {
      held = null;
      passOn();
    },
    close: () => void server.close(),
  };
}
