import { Inject, Injectable } from '@nestjs/common';
import { ReceiptStore } from '#access';
import type { UserId } from '#domain';
import { STREAMED, type Answer } from './operation';
import { Problem } from './problem';

type Outcome = Answer<unknown> | typeof STREAMED;

/**
 * Gives a repeated command the answer of the first one. Requests of one key take turns in this process; those of other
 * processes, and those after a crash, meet again in the stream, which knows the command's id.
 */
@Injectable()
export class Idempotency {
  private readonly underWay = new Map<string, Promise<unknown>>();

  constructor(@Inject(ReceiptStore) private readonly receipts: ReceiptStore) {}

  async run(
    commandId: string,
    actor: UserId,
    body: unknown,
    now: Date,
    handle: () => Promise<Outcome>,
  ): Promise<Outcome> {
    const before = this.underWay.get(commandId) ?? Promise.resolve();
    const mine = before.then(() => this.once(commandId, actor, body, now, handle));
    const settled = mine.catch(() => undefined);
    this.underWay.set(commandId, settled);
    try {
      return await mine;
    } finally {
      if (this.underWay.get(commandId) === settled) this.underWay.delete(commandId);
    }
  }

  private async once(
    commandId: string,
    actor: UserId,
    body: unknown,
    now: Date,
    handle: () => Promise<Outcome>,
  ): Promise<Outcome> {
    const receipt = await this.receipts.open(commandId, actor, body, now);
    switch (receipt.kind) {
      case 'reused':
        throw new Problem('idempotency.key_reused', 'Use a new Idempotency-Key for another request.');
      case 'answered': {
        const { status, headers, body: given } = receipt.answer;
        return { status, headers: { ...headers, 'Idempotency-Replayed': 'true' }, body: given };
      }
      case 'open':
        return this.first(commandId, handle);
    }
  }

  private async first(commandId: string, handle: () => Promise<Outcome>): Promise<Outcome> {
    try {
      const answer = await handle();
      if (answer !== STREAMED) {
        const { status, headers = {}, body } = answer;
        await this.receipts.keep(commandId, { status: status ?? 200, headers, body });
      }
      return answer;
    } catch (error) {
      // A refusal changed nothing. After anything else nobody knows, so the key stays bound to its body.
      if (error instanceof Problem && error.status < 500) await this.receipts.release(commandId);
      throw error;
    }
  }
}
