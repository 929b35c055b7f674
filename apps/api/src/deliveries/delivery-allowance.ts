import { Inject, Injectable } from '@nestjs/common';
import { HourlyUses, type Caller } from '#access';
import { PARTS, type Parts } from '#runtime';
import { Problem } from '../http/problem';

/** Keeps people to the deliveries that they may ask for within an hour, whichever process they ask. */
@Injectable()
export class DeliveryAllowance {
  private readonly uses: HourlyUses;
  private readonly most: number;

  constructor(@Inject(PARTS) { pool, settings }: Parts) {
    this.uses = new HourlyUses(pool);
    this.most = settings.DELIVERIES_PER_USER_HOUR;
  }

  /** Counts one more, or throws `delivery.too_many`. To be called as a command is made: a command that is repeated is not made again. */
  async take({ userId }: Caller): Promise<void> {
    const seconds = await this.uses.take(userId, 'delivery', this.most);
    if (seconds === null) return;
    const most = this.most.toLocaleString('en');
    throw new Problem('delivery.too_many', `You may request and retry ${most} an hour: wait ${seconds} seconds.`, {
      headers: { 'Retry-After': String(seconds) },
    });
  }
}
