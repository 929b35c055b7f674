export interface Snapshot {
  /** Revision of the last event that the state shows. */
  readonly revision: number;
  readonly state: object;
}

/** The states of the streams used most recently, so many at most. */
export class RecentStates {
  readonly #capacity: number;
  /** In the order of their last use, the oldest first. */
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The state of just this revision, if it is remembered. */
  at(streamId: string, revision: number): Snapshot | null {
    const snapshot = this.#snapshots.get(streamId);
    return snapshot?.revision === revision ? snapshot : null;
  }

  remember(streamId: string, snapshot: Snapshot): void {
    this.#snapshots.delete(streamId);
    this.#snapshots.set(streamId, snapshot);
    if (this.#snapshots.size <= this.#capacity) return;
    const oldest = this.#snapshots.keys().next();
    if (!oldest.done) this.#snapshots.delete(oldest.value);
  }

  forget(streamId: string): void {
    this.#snapshots.delete(streamId);
  }
}
