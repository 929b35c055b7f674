import { Dice } from './dice';

/** What people do while the system is harmed. Schedules and owners are told by their places in what was set up. */
export type Operation =
  | { readonly kind: 'run_now'; readonly report: Report }
  /** Runs the slow report and cancels it after so many milliseconds. */
  | { readonly kind: 'run_and_cancel'; readonly afterMs: number }
  /** Pauses a schedule and resumes it after so many milliseconds. */
  | { readonly kind: 'pause_and_resume'; readonly schedule: number; readonly afterMs: number }
  /** Gives a schedule another distance between its occurrences. */
  | { readonly kind: 'revise'; readonly schedule: number; readonly everyMinutes: number }
  | { readonly kind: 'remove'; readonly schedule: number }
  /** Gives an untouched schedule another plan of deliveries. */
  | { readonly kind: 'replan'; readonly schedule: number; readonly destinations: readonly Destination[] }
  /** Nobody may sign in as this owner of schedules any more. */
  | { readonly kind: 'revoke_owner'; readonly owner: number };

export type Report = (typeof REPORTS)[number];
/** `slow` takes some seconds, so that faults meet it; files of `short_lived` are removed after a minute. */
export const REPORTS = ['quick', 'slow', 'short_lived'] as const;

export type Destination = (typeof DESTINATIONS)[number];
/** Webhooks: `told` of the files, sent the `files` themselves, and one that is `gone` and turns all away. */
export const DESTINATIONS = ['told', 'files', 'gone'] as const;

export interface PlannedOperation {
  /** Milliseconds after the faults begin. */
  readonly atMs: number;
  readonly operation: Operation;
}

/** How many schedules of each sort there are; all begin with an occurrence every minute. */
export const SCHEDULES = {
  untouched: 12,
  slow: 6,
  paused: 4,
  revised: 4,
  removed: 3,
  ofOwners: 3,
  failing: 6,
} as const;
export const OWNERS = 3;

const MINUTE_MS = 60_000;
const GAP_MS = { least: 600, most: 2400 };

const WEIGHTS: Readonly<Record<'run_now' | 'run_and_cancel' | 'pause_and_resume' | 'revise' | 'replan', number>> = {
  run_now: 60,
  run_and_cancel: 20,
  pause_and_resume: 8,
  revise: 12,
  replan: 8,
};

/** What is asked of the system and when: nothing but a function of seed and minutes. */
export function planWorkload({
  seed,
  minutes,
}: {
  readonly seed: number;
  readonly minutes: number;
}): readonly PlannedOperation[] {
  // Other numbers than those of the faults, so that neither plan changes with the other.
  const dice = new Dice(seed ^ 0x5eed);
  const endMs = minutes * MINUTE_MS;
  const operations: PlannedOperation[] = [];
  for (let atMs = 0; atMs < endMs; atMs += dice.between(GAP_MS.least, GAP_MS.most)) {
    operations.push({ atMs, operation: drawOperation(dice) });
  }
  const once = (count: number, operationOf: (place: number) => Operation): void => {
    for (let place = 0; place < count; place += 1) {
      operations.push({ atMs: dice.between(endMs / 4, endMs - MINUTE_MS / 4), operation: operationOf(place) });
    }
  };
  once(SCHEDULES.removed, (schedule) => ({ kind: 'remove', schedule }));
  // One of them stays.
  once(OWNERS - 1, (owner) => ({ kind: 'revoke_owner', owner }));
  return operations.sort((one, other) => one.atMs - other.atMs);
}

function drawOperation(dice: Dice): Operation {
  const kind = dice.weighted(WEIGHTS);
  switch (kind) {
    case 'run_now':
      return { kind, report: dice.oneOf(REPORTS) };
    case 'run_and_cancel':
      return { kind, afterMs: dice.between(0, 4000) };
    case 'pause_and_resume':
      return { kind, schedule: dice.between(0, SCHEDULES.paused - 1), afterMs: dice.between(500, 20_000) };
    case 'revise':
      return {
        kind,
        schedule: dice.between(0, SCHEDULES.revised - 1),
        everyMinutes: dice.oneOf([1, 2, 3]),
      };
    case 'replan':
      return {
        kind,
        schedule: dice.between(0, SCHEDULES.untouched - 1),
        destinations: DESTINATIONS.slice(0, dice.between(0, DESTINATIONS.length)),
      };
  }
}
