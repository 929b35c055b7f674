import { LateOccurrences } from '../catch-up/late-occurrences';
import { AutomaticPauses } from '../pauses/automatic-pauses';
import { TriggeredOccurrences } from '../triggers/triggered-occurrences';
import { earliestOf, readAgenda } from './agenda';
import { DueSchedules } from './due-schedules';
import { lateBefore, Round, type SchedulerParts } from './round';

/** A timer longer than 24.8 days fires at once, and clocks are set: look again at least this often. */
const LONGEST_SLEEP_MS = 60_000;
/** Schedules that were passed over are looked at again after this, or once the projection has moved on. */
const LOOK_AGAIN_MS = 250;
/** What is due and yet was not claimed is locked by another instance or by the projection, for a moment. */
const LOCKED_PAUSE_MS = 10;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;

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
  #running: Promise<void> | undefined;
  #stopped = false;
  #woken = false;
  #endSleep: (() => void) | undefined;
  #problem: string | null = null;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#due = new DueSchedules(parts);
    this.#triggered = new TriggeredOccurrences(parts);
    this.#late = new LateOccurrences(parts, this.#triggered);
    this.#pauses = new AutomaticPauses(parts);
  }

  /** Null when the last round succeeded, else what is wrong. */
  get problem(): string | null {
    return this.#problem;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Looks at the due table again soon: something in it changed. */
  wake(): void {
    this.#woken = true;
    this.#endSleep?.();
  }

  /** Lets the batch at hand end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endSleep?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopped) {
      this.#woken = false;
      try {
        const settled = await this.runRound();
        const pauseMs = settled ? await this.#untilNext() : LOOK_AGAIN_MS;
        failures = 0;
        this.#problem = null;
        await this.#sleep(pauseMs);
      } catch (error) {
        failures += 1;
        this.#problem = 'due schedules cannot be requested; see the log';
        this.#parts.logger.error({ err: error, failures, code: 'scheduler.round_failed' }, 'due round failed');
        await this.#sleep(Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS));
      }
    }
  }

  /** Settles everything that is due. False when schedules were passed over and have to be looked at again. */
  async runRound(): Promise<boolean> {
    const { pool, clock } = this.#parts;
    const round = new Round(this.#parts);
    const now = clock.now();
    const hasCome = (time: Date | null) => time !== null && time <= now;
    const isStopped = () => this.#stopped;
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

  async #sleep(milliseconds: number): Promise<void> {
    if (this.#stopped || this.#woken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#endSleep = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endSleep = undefined;
  }
}
