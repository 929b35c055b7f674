import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const WINDOW_SECONDS = 15 * 60;

export interface SignInLimitOptions {
  /** Failed tries for one username from one address in 15 minutes; default 10. */
  readonly perName?: number;
  /** Failed tries from one address in 15 minutes; default 100. */
  readonly perAddress?: number;
}

/** Slows down guessing of passwords, in the memory of this process. */
export class SignInLimits {
  private readonly names: RateLimiterMemory;
  private readonly addresses: RateLimiterMemory;

  constructor(options: SignInLimitOptions = {}) {
    this.names = new RateLimiterMemory({ points: options.perName ?? 10, duration: WINDOW_SECONDS });
    this.addresses = new RateLimiterMemory({ points: options.perAddress ?? 100, duration: WINDOW_SECONDS });
  }

  /**
   * Counts a try as failed until `succeeded` takes that back, so that tries at the same time count as well. Null when it
   * may go on, else the seconds to wait.
   */
  async begin(username: string, address: string): Promise<number | null> {
    try {
      await this.addresses.consume(address);
      await this.names.consume(nameKey(username, address));
      return null;
    } catch (error) {
      if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1000));
      throw error;
    }
  }

  async succeeded(username: string, address: string): Promise<void> {
    await this.names.delete(nameKey(username, address));
    await this.addresses.reward(address);
  }
}

function nameKey(username: string, address: string): string {
  return JSON.stringify([username.toLowerCase(), address]);
}
