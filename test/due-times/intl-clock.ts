const HOUR = 3_600_000;
/** No zone has changed its clock twice within so short a time since 1999. */
const STEP = 48 * HOUR;

interface Change {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** What a zone's clock shows, read from `Intl.DateTimeFormat` alone, between two instants. */
export class IntlClock {
  readonly changes: readonly Change[];
  readonly #formatter: Intl.DateTimeFormat;
  readonly #firstOffset: number;

  constructor(
    readonly zone: string,
    from: number,
    until: number,
  ) {
    this.#formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    });
    this.#firstOffset = this.#read(from);
    const changes: Change[] = [];
    let before = this.#firstOffset;
    for (let at = from; at < until; at += STEP) {
      const after = this.#read(at + STEP);
      if (after === before) continue;
      changes.push({ at: this.#changeBetween(at, at + STEP, before), before, after });
      before = after;
    }
    this.changes = changes;
  }

  offsetAt(instant: number): number {
    let offset = this.#firstOffset;
    for (const change of this.changes) if (change.at <= instant) offset = change.after;
    return offset;
  }

  wallAt(instant: number): number {
    return instant + this.offsetAt(instant);
  }

  /** The instants at which the clock shows a time: none in a gap, two where it is put back. */
  instantsOf(wall: number): number[] {
    const offsets = new Set([this.#firstOffset, ...this.changes.map(({ after }) => after)]);
    return [...offsets]
      .map((offset) => wall - offset)
      .filter((instant) => this.wallAt(instant) === wall)
      .sort((one, other) => one - other);
  }

  /** The change whose gap a time falls into. */
  gapOf(wall: number): Change {
    const gap = this.changes.find(({ at, before, after }) => at + before <= wall && wall < at + after);
    if (!gap) throw new Error(`no gap at ${new Date(wall).toISOString()} in ${this.zone}`);
    return gap;
  }

  #changeBetween(before: number, after: number, offset: number): number {
    let [low, high] = [before, after];
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000;
      if (this.#read(middle) === offset) low = middle;
      else high = middle;
    }
    return high;
  }

  #read(instant: number): number {
    const [month, day, year, hour, minute, second] = this.#formatter.format(instant).match(/\d+/g)!.map(Number);
    return Date.UTC(year!, month! - 1, day, hour, minute, second) - instant;
  }
}
