import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { mayUseDestination, RecipientStore, type Caller } from '#access';
import { AllowedDomains, checkedMailbox, checkNamePattern, DeliveryError } from '#delivery-channels';
import type { DeliveryTarget } from '#domain';
import { PARTS, type Parts } from '#runtime';
import { Streams } from '../commands/streams';
import { Problem } from '../http/problem';
import type { ProblemCode } from '../http/problem-codes';
import type { deliveryTarget } from './delivery.schema';

type Input = z.output<typeof deliveryTarget>;
type MailInput = Extract<Input, { readonly channel: 'email' }>;

/** A target that the caller may have. The addresses of a mail have no ids yet: a command that is refused leaves none behind. */
export type CheckedTarget =
  | Exclude<DeliveryTarget, { readonly channel: 'email' }>
  | (Pick<MailInput, 'channel' | 'subject' | 'text' | 'attach'> & {
      readonly to: readonly string[];
      readonly cc: readonly string[];
      readonly bcc: readonly string[];
    });

/** Between what people write and what events hold: addresses become ids here, and nowhere else. */
@Injectable()
export class DeliveryTargets {
  readonly recipients: RecipientStore;

  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(Streams) private readonly streams: Streams,
  ) {
    this.recipients = new RecipientStore(parts.pool);
  }

  /** Throws a `Problem` for a target that the caller may not have, or that cannot work. */
  async checked(caller: Caller, input: Input): Promise<CheckedTarget> {
    const { subject, text } = input;
    if (input.channel === 'email') {
      const { channel, attach } = input;
      const [to, cc, bcc] = [this.allowed(input.to), this.allowed(input.cc), this.allowed(input.bcc)];
      return { channel, subject, text, attach, to, cc, bcc };
    }
    const { destinationId, pattern } = input;
    const { state } = await this.streams.destination(destinationId);
    if (state.status === 'absent' || !mayUseDestination(state.definition, caller)) {
      throw new Problem('destination.missing', 'There is no such destination, or it is not for you.');
    }
    if (state.status === 'retired') throw new Problem('destination.retired', 'The destination was retired.');
    if (pattern !== null) told('delivery.pattern_invalid', () => checkNamePattern(pattern));
    return { channel: 'destination', subject, text, email: null, destination: { destinationId, pattern } };
  }

  /** As events hold it. Its addresses are kept from now on: call it as the command is made. */
  async kept(target: CheckedTarget): Promise<DeliveryTarget> {
    if (target.channel === 'destination') return target;
    const { channel, subject, text, attach } = target;
    const idsOf = (list: readonly string[]) => (list.length === 0 ? [] : this.recipients.idsOf(list));
    const [to, cc, bcc] = await Promise.all([idsOf(target.to), idsOf(target.cc), idsOf(target.bcc)]);
    return { channel, subject, text, email: { to, cc, bcc, attach }, destination: null };
  }

  /** As people write it; addresses of erased persons are left out. */
  async shown({ channel, subject, text, email, destination }: DeliveryTarget) {
    const ids = email ? [...email.to, ...email.cc, ...email.bcc] : [];
    const addresses = await this.recipients.addressesOf(ids);
    const of = (list: readonly string[] = []) => list.flatMap((id) => addresses.get(id) ?? []);
    return {
      ...{ channel, subject, text, to: of(email?.to), cc: of(email?.cc), bcc: of(email?.bcc) },
      attach: email?.attach ?? null,
      destinationId: destination?.destinationId ?? null,
      pattern: destination?.pattern ?? null,
    };
  }

  /** As it is kept. Throws `delivery.recipient_invalid`. */
  address(text: string): string {
    return told('delivery.recipient_invalid', () => checkedMailbox({ address: text }).address);
  }

  /** As they are kept, if mails may go to all of them. */
  private allowed(list: readonly string[]): readonly string[] {
    const { SMTP_URL, ALLOWED_RECIPIENT_DOMAINS } = this.parts.settings;
    if (SMTP_URL === undefined) {
      throw new Problem('delivery.mail_unavailable', 'There is no mail server: SMTP_URL and SMTP_FROM are not set.');
    }
    const addresses = list.map((text) => this.address(text));
    if (ALLOWED_RECIPIENT_DOMAINS !== undefined) {
      const domains = new AllowedDomains(ALLOWED_RECIPIENT_DOMAINS);
      told('delivery.recipient_forbidden', () => domains.check(addresses));
    }
    return addresses;
  }
}

function told<Result>(code: ProblemCode, check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    throw new Problem(code, error.message, { cause: error });
  }
}
