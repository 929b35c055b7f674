import { createHmac } from 'node:crypto';

/** The header by which a receiver knows who sent a body, and when. */
export const SIGNATURE_HEADER = 'X-Signature-256';

/**
 * `t=<unix seconds>,v1=<hex>`: HMAC-SHA256 (RFC 2104) of the time, a full stop and the body as it is sent, under the UTF-8 bytes of the secret.
 * The time is signed too, so that nobody can send an old body again as a new one.
 */
export async function signatureOf(
  secret: string,
  unixSeconds: number,
  body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<string> {
  const hmac = createHmac('sha256', secret).update(`${unixSeconds}.`);
  for await (const chunk of body) hmac.update(chunk);
  return `t=${unixSeconds},v1=${hmac.digest('hex')}`;
}
