import type { NotificationListener, Pool } from '#database';
import type { Position } from '#event-sourcing';
import { CHECKPOINT_CHANNEL, loadCheckpoint } from './checkpoints';

/** A lost notification costs at most this much. */
const LOOK_AGAIN_MS = 200;

/** Lets a query wait until a group has applied a position: how callers read their own writes. */
export class FeedProgress {
  readonly #pool: Pool;
  readonly #wakeUps = new Set<() => void>();
  #unlisten: (() => Promise<void>) | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async start(notifications: NotificationListener): Promise<void> {
    this.#unlisten = await notifications.listen(CHECKPOINT_CHANNEL, () => {
      for (const wakeUp of this.#wakeUps) wakeUp();
    });
  }

  async stop(): Promise<void> {
    await this.#unlisten?.();
  }

  /** True once the group's checkpoint at the source has reached the position; false when the time (ms) ran out first. */
  async reached(group: string, source: string, position: Position, timeoutMs: number): Promise<boolean> {
    const giveUpAt = performance.now() + timeoutMs;
    for (;;) {
      const woken = this.#nextWakeUp(Math.min(LOOK_AGAIN_MS, Math.max(giveUpAt - performance.now(), 0)));
      const checkpoint = await loadCheckpoint(this.#pool, group, source);
      if (checkpoint && checkpoint.position >= position) {
        woken.cancel();
        return true;
      }
      if (performance.now() >= giveUpAt) {
        woken.cancel();
        return false;
      }
      await woken.promise;
    }
  }

  /** Armed before the checkpoint is read, so that a move in between is not missed. */
  #nextWakeUp(milliseconds: number): { readonly promise: Promise<void>; readonly cancel: () => void } {
    let cancel = (): void => undefined;
    const promise = new Promise<void>((resolve) => {
      cancel = () => {
        clearTimeout(timer);
        this.#wakeUps.delete(cancel);
        resolve();
      };
      const timer = setTimeout(cancel, milliseconds);
      this.#wakeUps.add(cancel);
    });
    return { promise, cancel: () => cancel() };
  }
}
