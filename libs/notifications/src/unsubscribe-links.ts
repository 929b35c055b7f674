import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { NOTICE_KINDS, type NoticeKind, type UserId } from '#domain';

/** What a link switches off. */
export interface Unsubscription {
  readonly userId: UserId;
  readonly kinds: readonly NoticeKind[];
}

const PURPOSE = 'report-scheduler: links to unsubscribe';
const KEY_BYTES = 32;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Links by which a person switches kinds of notices off without signing in. They do nothing else, so they never expire; another
 * secret voids them all.
 */
export class UnsubscribeLinks {
  readonly #key: Buffer;

  /** @param secret at least 32 characters. The key is derived from it (HKDF, RFC 5869), so that a link tells nothing of it. */
  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, KEY_BYTES));
  }

  /** Letters, digits, `-`, `_` and `.`. */
  tokenOf({ userId, kinds }: Unsubscription): string {
    const contents = Buffer.from([userId, ...kinds].join(' ')).toString('base64url');
    return `${contents}.${this.#signatureOf(contents).toString('base64url')}`;
  }

  /** Null for a token that is not one of ours. Kinds that this release does not know are left out. */
  read(token: string): Unsubscription | null {
    const [contents = '', signature = '', ...more] = token.split('.');
    const expected = this.#signatureOf(contents);
    const given = Buffer.from(signature, 'base64url');
    if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const [userId = '', ...names] = Buffer.from(contents, 'base64url').toString().split(' ');
    return UUID.test(userId) ? { userId, kinds: NOTICE_KINDS.filter((kind) => names.includes(kind)) } : null;
  }

  #signatureOf(contents: string): Buffer {
    return createHmac('sha256', this.#key).update(contents).digest();
  }
}
