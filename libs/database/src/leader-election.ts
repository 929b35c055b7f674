import { LEADER_CHANNEL, type LeaderLease } from './leader-lease';
import type { LeaderTerm } from './leader-term';
import type { NotificationListener } from './listener';

/** A missed notification, or a lease that another process let run out, is found within this time. */
const LOOK_AGAIN_MS = 1000;

export interface LeaderElectionOptions {
  /**
   * Does what a leader does, until `term.lost` or `stopping` is aborted, and resolves when all of it has ended. After a throw
   * the leadership is given up, and the process stands again after a pause.
   */
  lead(term: LeaderTerm, stopping: AbortSignal): Promise<void>;
  /** Told why a try to lead failed. */
  onError(error: unknown): void;
}

/** Stands for the leadership again and again: leads when it gets it, waits as a standby when another process has it. */
export class LeaderElection {
  readonly #lease: LeaderLease;
  readonly #notifications: NotificationListener;
  readonly #options: LeaderElectionOptions;
  readonly #stopping = new AbortController();
  #wakeUp: (() => void) | undefined;
  #woken = false;
  #unlisten: (() => Promise<void>) | undefined;
  #running: Promise<void> | undefined;

  constructor(lease: LeaderLease, notifications: NotificationListener, options: LeaderElectionOptions) {
    this.#lease = lease;
    this.#notifications = notifications;
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#unlisten = await this.#notifications.listen(LEADER_CHANNEL, (name) => {
      // An empty name follows a lost connection, during which anything may have been missed.
      if (name === this.#lease.name || name === '') this.#wake();
    });
    this.#running = this.#stand();
  }

  /** Lets the leader finish, gives the lease back, and returns. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#unlisten?.();
    await this.#running;
  }

  async #stand(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#woken = false;
      try {
        const answer = await this.#lease.acquire();
        if (answer.acquired) await this.#lead(answer.term);
        else await this.#pause(Math.min(answer.freeInMs, LOOK_AGAIN_MS), () => this.#woken);
      } catch (error) {
        this.#options.onError(error);
        // To the end, whoever steps down meanwhile: it may have been this process.
        await this.#pause(LOOK_AGAIN_MS, () => false);
      }
    }
  }

  async #lead(term: LeaderTerm): Promise<void> {
    try {
      await this.#options.lead(term, this.#stopping.signal);
    } finally {
      await term.release();
    }
  }

  #wake(): void {
    this.#woken = true;
    this.#wakeUp?.();
  }

  async #pause(milliseconds: number, enough: () => boolean): Promise<void> {
    if (this.#stopping.signal.aborted || enough()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wakeUp = () => {
        if (!this.#stopping.signal.aborted && !enough()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wakeUp = undefined;
  }
}
