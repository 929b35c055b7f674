import { Readable } from 'node:stream';
import type { DeliveryChannel, Parcel, Receipt } from '../delivery-channel';
import { DeliveryError } from '../delivery-error';
import { foreignText, quoted } from '../foreign-text';
import { checkParcel } from '../parcel-check';
import { GuardedClient, type GuardedClientOptions } from '../http/guarded-client';
import { refusalOf } from '../http/http-answer';
import { slackMessage } from './slack-message';

export interface SlackOptions extends Omit<GuardedClientOptions, 'wholeMs'> {
  /** The address of an incoming webhook, which is itself a secret. */
  readonly url: string;
  /** Until the answer has ended, in milliseconds. Default 30,000. */
  readonly wholeMs?: number;
}

const WHOLE_MS = 30_000;
/** How Slack says yes. */
const YES = 'ok';

/** A message with a link in a channel of Slack, by an incoming webhook. Slack has no id for them: a repeat is a second message. */
export class SlackChannel implements DeliveryChannel {
  readonly #client: GuardedClient;
  readonly #secrets: readonly string[];

  /** @throws DeliveryError `delivery.options_invalid` */
  constructor(options: SlackOptions) {
    this.#client = new GuardedClient(options.url, { ...options, wholeMs: options.wholeMs ?? WHOLE_MS });
    this.#secrets = [options.url, ...new URL(options.url).pathname.split('/')];
  }

  async send(parcel: Parcel, signal: AbortSignal): Promise<Receipt> {
    checkParcel(parcel);
    const body = Buffer.from(JSON.stringify(slackMessage(parcel)));
    const post = {
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
      length: body.length,
      body: () => Promise.resolve(Readable.from([body])),
    };
    const answer = await this.#client.post(post, signal);
    const who = this.#client.origin;
    const refusal = refusalOf(answer, { who, now: new Date(), secrets: this.#secrets });
    if (refusal) throw refusal;
    if (answer.body.trim() !== YES) {
      const message = `${who} did not say that it took the message${quoted(answer.body, this.#secrets)}.`;
      throw new DeliveryError('delivery.unexpected_answer', message, true);
    }
    return {
      channel: 'slack',
      destination: who,
      answer: foreignText(`${answer.status} ${answer.body}`, this.#secrets),
      reference: null,
      bytes: 0,
      files: [],
    };
  }
}
