import { LateOccurrences } from '../catch-up/late-occurrences';
import { AutomaticPauses } from '../pauses/automatic-pauses';
import { TriggeredOccurrences } from '../triggers/triggered-occurrences';
import { RoundLoop } from '#runtime';
import { earliestOf, readAgenda } from './agenda';
import { DueSchedules } from './due-schedules';
import { lateBefore, Round, type SchedulerParts } from './round';

/** A timer longer than 24.8 days fires at once, and clocks are set: look again at least this often. */
const LONGEST_SLEEP_MS = 60_000;
/** Schedules that were passed over are looked at again after this, or once the projection has moved on. */
const LOOK_AGAIN_MS = 250;
/** What is due and yet was not claimed is locked by another instance or by the projection, for a moment. */
const LOCKED_PAUSE_MS = 10;

/**
 * Does what is due, round after round, and sleeps until something is due again. A round does what is due in time first, whatever
 * made it due; then some of what is late, so many a minute; then it pauses and resumes.
 */
export class DueLoop {
  readonly #parts: SchedulerParts;
  readonly #due: DueSchedules;
  readonly #triggered: TriggeredOccurrences;
  readonly #late: LateOccurrences;
  readonly #pauses: AutomaticPauses;
  readonly #loop: RoundLoop;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#due = new DueSchedules(parts);
    this.#triggered = new TriggeredOccurrences(parts);
    this.#late = new LateOccurrences(parts, this.#triggered);
    this.#pauses = new AutomaticPauses(parts);
    this.#loop = new RoundLoop({
      runRound: async () => ((await this.runRound()) ? this.#untilNext() : LOOK_AGAIN_MS),
      logger: parts.logger,
      failure: {
        problem: 'due schedules cannot be requested; see the log',
        code: 'scheduler.round_failed',
        message: 'due round failed',
      },
    });
  }

  /** Null when the last round succeeded, else what is wrong. */
  get problem(): string | null {
    return this.#loop.problem;
  }

  start(): void {
    this.#loop.start();
  }

  /** Looks at the due table again soon: something in it changed. */
  wake(): void {
    this.#loop.wake();
  }

  /** Lets the batch at hand end. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Settles everything that is due. False when schedules were passed over and have to be looked at again. */
  async runRound(): Promise<boolean> {
    const { pool, clock } = this.#parts;
    const round = new Round(this.#parts);
    const now = clock.now();
    const hasCome = (time: Date | null) => time !== null && time <= now;
    const isStopped = () => this.#loop.isStopped;
    const bound = lateBefore(now);
    const agenda = await readAgenda(pool, bound);
    if (hasCome(agenda.dueAt)) await this.#due.settle('in_time', round, isStopped);
    if (agenda.dueAt !== null && agenda.dueAt < bound && (await round.hasCaughtUp())) {
      await this.#due.settle('late', round, isStopped);
      await this.#due.settle('in_time', round, isStopped);
    }
    if (hasCome(agenda.triggeredAt)) await this.#triggered.settle(round, isStopped);
    const { catchUpAt, resumeAt, isFailing } = await readAgenda(pool, bound);
    if (hasCome(catchUpAt) && (await round.hasCaughtUp())) await this.#late.takeTurn(round);
    if (isFailing && (await round.hasCaughtUp())) await this.#pauses.pauseFailing(round);
    if (hasCome(resumeAt) && (await round.hasCaughtUp())) await this.#pauses.resumeDue(round);
    return round.isComplete;
  }

  async #untilNext(): Promise<number> {
    const now = this.#parts.clock.now();
    const next = earliestOf(await readAgenda(this.#parts.pool, lateBefore(now)), now);
    if (next === null) return LONGEST_SLEEP_MS;
    const ms = next.getTime() - now.getTime();
    return ms > 0 ? Math.min(ms, LONGEST_SLEEP_MS) : LOCKED_PAUSE_MS;
  }
}
