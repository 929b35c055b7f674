import type { DeliveryChannel, Parcel, ParcelFile, Receipt } from '../delivery-channel';
import { DeliveryError, timedOut } from '../delivery-error';
import { foreignText, quoted } from '../foreign-text';
import { checkParcel } from '../parcel-check';
import { timeLimit } from '../time-limit';
import { checkEmailOptions, type CheckedEmailOptions, type EmailOptions } from './email-options';
import { domainOf, listed } from './mailbox';
import { encodedBytes, messageIdOf, messageOf } from './message';
import { recipientsRefused, smtpError, type SmtpContext, type SmtpFailure } from './smtp-errors';
import { SmtpSession } from './smtp-session';

/** For headers, texts and boundaries, where the size of a message is told beforehand, in bytes. */
const FRAME = 4_096;

/** A mail by SMTP (RFC 5321), with the files, or with the link where they are too large. */
export class EmailChannel implements DeliveryChannel {
  readonly #options: CheckedEmailOptions;
  readonly #secrets: readonly string[];

  /** @throws DeliveryError `delivery.options_invalid` */
  constructor(options: EmailOptions) {
    this.#options = checkEmailOptions(options);
    const { auth, recipients } = this.#options;
    // Servers like to repeat addresses, and these are persons'.
    this.#secrets = [...(auth ? [auth.password, auth.user, `\0${auth.user}\0${auth.password}`] : []), ...recipients];
  }

  async send(parcel: Parcel, signal: AbortSignal): Promise<Receipt> {
    const { allowed, recipients, limits, host } = this.#options;
    checkParcel(parcel);
    allowed?.check(recipients);
    const attached = encodedBytes(parcel.files) <= this.#options.attachmentLimit ? parcel.files : [];
    const progress: Progress = { sent: false, unreadable: null };
    const limit = timeLimit(signal, limits.wholeMs, () =>
      progress.sent ? smtpError({}, this.#context(progress)) : timedOut(host),
    );
    try {
      return await this.#converse(parcel, attached, limit.signal, progress);
    } catch (error) {
      if (error instanceof DeliveryError) throw error;
      throw limit.reason() ?? progress.unreadable ?? smtpError(error as SmtpFailure, this.#context(progress));
    } finally {
      limit.end();
    }
  }

  async #converse(
    parcel: Parcel,
    attached: readonly ParcelFile[],
    signal: AbortSignal,
    progress: Progress,
  ): Promise<Receipt> {
    const { auth, from, recipients } = this.#options;
    signal.throwIfAborted();
    const session = new SmtpSession(this.#options);
    const onAbort = (): void => session.close();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await session.connect();
      if (auth) await session.login(auth.user, auth.password);
      const message = messageOf(
        parcel,
        this.#options,
        attached,
        (error) => (progress.unreadable = error as DeliveryError),
      );
      message.once('end', () => (progress.sent = true));
      const size = encodedBytes(attached) + Buffer.byteLength(parcel.text) + Buffer.byteLength(parcel.html) + FRAME;
      const answer = await session.send({ from: from.address, to: [...recipients], size }, message);
      if (answer.rejected.length > 0) {
        const said = quoted(answer.rejectedErrors?.[0]?.response ?? '', this.#secrets);
        throw recipientsRefused(answer.rejected, this.#context(progress), said);
      }
      return this.#receipt(parcel, attached, answer.response);
    } finally {
      signal.removeEventListener('abort', onAbort);
      session.close();
    }
  }

  #receipt(parcel: Parcel, attached: readonly ParcelFile[], response: string): Receipt {
    const { recipients, from } = this.#options;
    const count = recipients.length === 1 ? '1 recipient' : `${recipients.length} recipients`;
    return {
      channel: 'email',
      destination: `${count} at ${listed(recipients.map(domainOf))}`,
      answer: foreignText(response, this.#secrets),
      reference: messageIdOf(parcel, from.address),
      bytes: attached.reduce((sum, { bytes }) => sum + bytes, 0),
      files: attached.map(({ name, bytes }) => ({ name, bytes, reference: null })),
    };
  }

  #context({ sent }: Progress): SmtpContext {
    const { host, recipients } = this.#options;
    return { host, secrets: this.#secrets, sent, recipients };
  }
}

interface Progress {
  sent: boolean;
  unreadable: DeliveryError | null;
}
