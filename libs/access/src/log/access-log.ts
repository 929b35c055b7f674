import { toNewEvents, type CommandContext, type EventStore } from '#event-sourcing';
import { accessStream, personOf, type AccessEvent, type Refusal } from './access-events';

const WINDOW_MS = 60_000;
/** Most kinds of refusal that are told apart at a time; beyond it they are dropped until a window ends. */
const MAX_KINDS = 10_000;

type Origin = Pick<CommandContext, 'commandId' | 'correlationId' | 'traceparent'>;

interface Summed {
  readonly event: Refusal;
  readonly origin: Origin;
  count: number;
  readonly timer: NodeJS.Timeout;
}

/** Records accesses as events. */
export class AccessLog {
  private readonly summed = new Map<string, Summed>();

  /** @param onLost told when a refusal could not be recorded; the refusal itself stands */
  constructor(
    private readonly store: EventStore,
    private readonly onLost: (error: unknown) => void,
  ) {}

  /** Resolves when the event is stored; throws when it cannot be, and then what it tells of must not happen. */
  record(event: AccessEvent, origin: Origin): Promise<void> {
    return this.recordAll([event], origin);
  }

  /** Records several accesses of one person at one time: all of them or none. */
  async recordAll(events: readonly [AccessEvent, ...AccessEvent[]], origin: Origin): Promise<void> {
    const [event] = events;
    const person = personOf(event);
    const actor = ('by' in event ? event.by : person) ?? 'system:anonymous';
    const outcome = await this.store.append({
      streamId: accessStream(person, event.at),
      expected: 'any',
      events: toNewEvents(events, { ...origin, causationId: null, actor }),
    });
    if (!outcome.ok) throw new Error('an access event was not taken by the store');
  }

  /** The first refusal of a kind is recorded at once, those of the next minute as one event at its end. */
  refused(event: Refusal, origin: Origin): void {
    const kind = JSON.stringify([event.type, event.userId, event.reason, 'route' in event ? event.route : null]);
    const known = this.summed.get(kind);
    if (known) {
      known.count += 1;
      return;
    }
    if (this.summed.size >= MAX_KINDS) return;
    const timer = setTimeout(() => void this.settle(kind), WINDOW_MS);
    timer.unref();
    this.summed.set(kind, { event, origin, count: 0, timer });
    this.record({ ...event, count: 1 }, origin).catch(this.onLost);
  }

  /** Records what has been summed up. Call before the store closes. */
  async flush(): Promise<void> {
    await Promise.all([...this.summed.keys()].map((kind) => this.settle(kind)));
  }

  private async settle(kind: string): Promise<void> {
    const entry = this.summed.get(kind);
    if (!entry) return;
    this.summed.delete(kind);
    clearTimeout(entry.timer);
    if (entry.count === 0) return;
    // The first event of this kind has the ids that follow from the command, so the sum takes others.
    const origin = { ...entry.origin, commandId: crypto.randomUUID() };
    await this.record({ ...entry.event, count: entry.count }, origin).catch(this.onLost);
  }
}
