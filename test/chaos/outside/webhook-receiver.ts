import { setTimeout as delay } from 'node:timers/promises';
import {
  startHttpReceiver,
  type HttpReceiver,
  type Received,
} from '../../../libs/delivery-channels/src/testing/http-receiver';
import type { ReceivedRequest } from '../proof/check-deliveries';
import type { Moods } from './mood';

/** Where the receiver turns everything away, for good. */
export const GONE_PATH = '/gone';

/** A receiver of webhooks in the suite's own process, which keeps what it was sent and whether it said thanks. */
export class WebhookReceiver {
  readonly #receiver: HttpReceiver;
  readonly #acknowledged = new Set<Received>();

  private constructor(receiver: HttpReceiver, moods: Moods) {
    this.#receiver = receiver;
    receiver.answer = (received, response) => {
      const acknowledge = (): void => {
        // Kept before it is said: what the other side has heard was never forgotten here.
        this.#acknowledged.add(received);
        response.end('thank you');
      };
      const mood = moods.current;
      if (received.path === GONE_PATH) response.writeHead(410).end();
      else if (mood === null) acknowledge();
      else if (mood.kind === 'refuses') response.writeHead(500).end();
      else if (mood.kind === 'hangs_up') response.destroy();
      else void delay(mood.delayMs).then(acknowledge);
    };
  }

  static async open(moods: Moods): Promise<WebhookReceiver> {
    return new WebhookReceiver(await startHttpReceiver({ secure: false, host: '127.0.0.1' }), moods);
  }

  get origin(): string {
    return this.#receiver.origin;
  }

  /** All that came whole. */
  get received(): readonly ReceivedRequest[] {
    return this.#receiver.received.map((received) => ({
      key: String(received.headers['idempotency-key']),
      deliveryId: String(received.headers['x-delivery-id']),
      attempt: Number(received.headers['x-delivery-attempt']),
      sha256: received.sha256,
      acknowledged: this.#acknowledged.has(received),
    }));
  }

  async close(): Promise<void> {
    await this.#receiver.close();
  }
}
