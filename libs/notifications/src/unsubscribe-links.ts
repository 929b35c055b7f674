import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { NOTICE_KINDS, type NoticeKind, type UserId } from '#domain';

/** What a link stops. */
export interface Unsubscription {
  readonly userId: UserId;
  readonly kinds: readonly NoticeKind[];
}

/** A link that is one of ours. */
export interface KnownLink extends Unsubscription {
  readonly expired: boolean;
}

/** Days after its mail for which a link works. */
export const UNSUBSCRIBE_DAYS = 60;

const PURPOSE = 'report-scheduler: links to unsubscribe';
const KEY_BYTES = 32;
const MS_PER_DAY = 86_400_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Links by which a person stops mails of some kinds without signing in. They do nothing else, and work for `UNSUBSCRIBE_DAYS`, so that
 * an old mail in a shared archive is no key for ever. Another secret voids them all.
 */
export class UnsubscribeLinks {
  readonly #key: Buffer;

  /** @param secret at least 32 characters. The key is derived from it (HKDF, RFC 5869), so that a link tells nothing of it. */
  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, KEY_BYTES));
  }

  /** Letters, digits, `-`, `_` and `.`. @param sentAt when its mail is sent */
  tokenOf({ userId, kinds }: Unsubscription, sentAt: Date): string {
    const expiresAt = Math.floor((sentAt.getTime() + UNSUBSCRIBE_DAYS * MS_PER_DAY) / 1000);
    const contents = Buffer.from([userId, expiresAt, ...kinds].join(' ')).toString('base64url');
    return `${contents}.${this.#signatureOf(contents).toString('base64url')}`;
  }

  /** Null for a token that is not one of ours. Kinds that this release does not know are left out. */
  read(token: string, now: Date): KnownLink | null {
    const [contents = '', signature = '', ...more] = token.split('.');
    const expected = this.#signatureOf(contents);
    const given = Buffer.from(signature, 'base64url');
    if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const [userId = '', expiresAt = '', ...names] = Buffer.from(contents, 'base64url').toString().split(' ');
    if (!UUID.test(userId)) return null;
    // What is no number of seconds counts as over.
    const expired = !(now.getTime() < Number(expiresAt) * 1000);
    return { userId, kinds: NOTICE_KINDS.filter((kind) => names.includes(kind)), expired };
  }

  #signatureOf(contents: string): Buffer {
    return createHmac('sha256', this.#key).update(contents).digest();
  }
}
