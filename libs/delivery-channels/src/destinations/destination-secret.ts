import type { DestinationOptions } from '#domain';
import { optionsInvalid } from '../delivery-error';

/** What a destination keeps apart from its events, by its kind. */
export type DestinationSecret =
  | { readonly kind: 's3'; readonly secretAccessKey: string }
  | {
      readonly kind: 'sftp';
      readonly password: string | null;
      readonly privateKey: string | null;
      readonly passphrase: string | null;
    }
  /** What signs the bodies, and further headers such as `Authorization`. */
  | { readonly kind: 'webhook'; readonly signingSecret: string; readonly headers: Readonly<Record<string, string>> }
  /** The address of the incoming webhook. */
  | { readonly kind: 'slack'; readonly url: string };

/** As it is sealed. */
export const sealedText = (secret: DestinationSecret): string => JSON.stringify(secret);

/** @throws DeliveryError `delivery.options_invalid` for the secret of another kind */
export function secretFrom<Kind extends DestinationOptions['kind']>(
  kind: Kind,
  text: string,
): Extract<DestinationSecret, { readonly kind: Kind }> {
  const secret = JSON.parse(text) as DestinationSecret;
  if (secret.kind !== kind) throw optionsInvalid('The stored secret is one of another kind: set it anew.');
  return secret as Extract<DestinationSecret, { readonly kind: Kind }>;
}
