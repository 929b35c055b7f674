import type { BurstFailureCode } from '#domain';

/** Why a list cannot be expanded, whoever tries again. The message is a sentence for the schedule's owner. */
export class BurstFault extends Error {
  override readonly name = 'BurstFault';

  constructor(
    readonly code: BurstFailureCode,
    message: string,
  ) {
    super(message);
  }
}
