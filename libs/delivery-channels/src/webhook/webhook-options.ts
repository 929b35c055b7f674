import { validateHeaderName, validateHeaderValue } from 'node:http';
import { optionsInvalid } from '../delivery-error';
import { isPointer, type Expectation } from '../http/expectation';
import type { GuardedClientOptions } from '../http/guarded-client';
import { SIGNATURE_HEADER } from '../http/signature';

export interface WebhookOptions extends Omit<GuardedClientOptions, 'wholeMs'> {
  readonly url: string;
  /** Signs the body. 16 characters or more. */
  readonly secret: string;
  /** `json` tells of the files and where they are, `files` posts each file as a body of its own. Default `json`. */
  readonly content?: 'json' | 'files';
  /** More headers, such as `Authorization`. Their values count as secrets. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the answer must have beside a status of success. Default: nothing. */
  readonly expect?: Expectation;
  /** Until the answer has ended, in milliseconds, for each request. Default 30,000 for `json`, 600,000 for `files`. */
  readonly wholeMs?: number;
  /** The time of signatures. Default: the system's clock. */
  readonly now?: () => Date;
}

const SHORTEST_SECRET = 16;

/** What the channel, or HTTP itself, says of a body. */
const OUR_HEADERS =
  /^(content-.*|host|connection|transfer-encoding|expect|te|trailer|upgrade|idempotency-key|user-agent|x-delivery-.*|x-file-.*)$/i;

/** @throws DeliveryError `delivery.options_invalid` */
export function checkWebhookOptions({ secret, headers = {}, expect }: WebhookOptions): void {
  if (secret.length < SHORTEST_SECRET) {
    throw optionsInvalid(`The secret of the signature needs ${SHORTEST_SECRET} characters or more.`);
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!isHeader(name, value)) throw optionsInvalid('A header has a name or value that HTTP does not allow.');
    if (OUR_HEADERS.test(name) || name.toLowerCase() === SIGNATURE_HEADER.toLowerCase()) {
      throw optionsInvalid(`The header ${name} is set by the delivery itself.`);
    }
  }
  if (expect && 'pointer' in expect && !isPointer(expect.pointer)) {
    throw optionsInvalid('What the answer must have is named by no JSON pointer, such as /status.');
  }
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
