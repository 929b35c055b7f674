import type { DestinationOptions } from '#domain';
import type { DeliveryChannel } from '../delivery-channel';
import { S3Channel } from '../s3/s3-channel';
import { SftpChannel } from '../sftp/sftp-channel';
import { SlackChannel } from '../slack/slack-channel';
import { WebhookChannel } from '../webhook/webhook-channel';
import { secretFrom } from './destination-secret';

export interface DestinationTerms {
  /** Names of the files over there; null: `{file}`. */
  readonly pattern: string | null;
  /** Hosts that may have private addresses, and be spoken to without TLS. */
  readonly privateHosts: readonly string[];
  /** Milliseconds for each request of a webhook or to Slack. Default: the channels' own. */
  readonly answerMs?: number | undefined;
}

/**
 * The way to a registered destination. Nothing is connected yet.
 *
 * @param secret as `sealedText` wrote it
 * @throws DeliveryError `delivery.options_invalid`
 */
export function openDestination(
  options: DestinationOptions,
  secret: string,
  { pattern, privateHosts, answerMs }: DestinationTerms,
): DeliveryChannel {
  const limit = answerMs === undefined ? {} : { wholeMs: answerMs };
  const names = pattern === null ? {} : { pattern };
  switch (options.kind) {
    case 's3': {
      const { secretAccessKey } = secretFrom('s3', secret);
      const { bucket, region, endpoint, pathStyle, prefix, accessKeyId, encryption, checksums } = options.s3;
      return new S3Channel({
        ...{ bucket, region, pathStyle, checksums, credentials: { accessKeyId, secretAccessKey } },
        ...(endpoint === null ? {} : { endpoint }),
        ...(prefix === null ? {} : { prefix }),
        ...(encryption === null ? {} : { encryption: { type: encryption } }),
        ...names,
      });
    }
    case 'sftp': {
      const { password, privateKey, passphrase } = secretFrom('sftp', secret);
      const { host, port, user, hostKeys, folder } = options.sftp;
      return new SftpChannel({
        ...{ host, port, user, hostKeys },
        ...(folder === null ? {} : { folder }),
        ...(password === null ? {} : { password }),
        ...(privateKey === null ? {} : { privateKey }),
        ...(passphrase === null ? {} : { passphrase }),
        ...names,
      });
    }
    case 'webhook': {
      const { signingSecret, headers } = secretFrom('webhook', secret);
      const { url, content, expects, ca } = options.webhook;
      return new WebhookChannel({
        ...{ url, secret: signingSecret, content, headers, ...guardOf(url, privateHosts), ...limit },
        ...(expects === null ? {} : { expect: { contains: expects } }),
        ...(ca === null ? {} : { ca }),
      });
    }
    case 'slack': {
      const { url } = secretFrom('slack', secret);
      return new SlackChannel({ url, ...guardOf(url, privateHosts), ...limit });
    }
  }
}

/** Hosts of the house may be spoken to in clear. */
function guardOf(url: string, privateHosts: readonly string[]) {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return { allowedPrivateHosts: privateHosts, allowHttp: privateHosts.includes(host) };
}
