import {
  countOccurrences,
  dueOccurrences,
  LEAST_GRACE_MS,
  nextMomentOf,
  nextOccurrenceOf,
  type DueAnswer,
  type ScheduleDefinition,
  type SkippedStretch,
} from '#domain';
import { randomNumbers } from '../chaos/random';
import { IntlClock } from './intl-clock';
import { naiveTimes, type NaiveTimes } from './naive-times';
import { Chance, randomSchedule, type RandomSchedule } from './random-schedule';
import { FUZZED_ZONES } from './zones';

const MINUTE = 60_000;
const DAY = 86_400_000;
const FIRST_YEAR = 2015;
const LAST_YEAR = 2025;
const MOST_AT_ONCE = 20;

const clocks = new Map<string, IntlClock>();

function clockOf(zone: string): IntlClock {
  const known = clocks.get(zone);
  if (known) return known;
  const clock = new IntlClock(zone, Date.UTC(1999, 11, 1), Date.UTC(LAST_YEAR + 6, 0, 1));
  clocks.set(zone, clock);
  return clock;
}

/** Compares one case that follows from its seed. Returns null, or in words how the engine and the naive times differ. */
export function compareTimes(seed: number): string | null {
  const chance = new Chance(randomNumbers(seed));
  const zone = chance.from(FUZZED_ZONES);
  const clock = clockOf(zone);
  const changes = clock.changes.filter(({ at }) => at > Date.UTC(FIRST_YEAR, 0, 1) && at < Date.UTC(LAST_YEAR, 11, 31));
  const somewhen = Date.UTC(FIRST_YEAR, 0, 1) + chance.integer(0, (LAST_YEAR - FIRST_YEAR) * 365 * 24) * 60 * MINUTE;
  const around = changes.length > 0 && chance.happens(0.8) ? chance.from(changes).at : somewhen;
  const schedule = randomSchedule(chance, zone, around);
  const from = around - Math.floor(chance.number() * schedule.days * 1440) * MINUTE;
  const until = from + schedule.days * DAY;
  const expected = naiveTimes({ ...schedule, clock, from, until });
  const found =
    differenceOfWalk(schedule, expected, from, until) ?? differenceOfSettling(schedule, expected, from, until, chance);
  if (found === null) return null;
  const { definition, calendar } = schedule;
  const holidays = calendar && { weekend: calendar.weekend, holidays: [...calendar.holidays].sort() };
  return `${found}\nfrom ${iso(from)} until ${iso(until)}\n${JSON.stringify(definition)}\n${JSON.stringify(holidays)}`;
}

function differenceOfWalk(
  { definition, calendar }: RandomSchedule,
  { fires }: NaiveTimes,
  from: number,
  until: number,
): string | null {
  const found: number[] = [];
  for (let last = new Date(from); ;) {
    const next = nextOccurrenceOf(definition, calendar, new Date(from), last);
    if (next === null || next.getTime() > until || found.length > fires.length) break;
    if (next <= last) return `${next.toISOString()} does not come after ${last.toISOString()}`;
    found.push(next.getTime());
    last = next;
  }
  const place = Array.from({ length: Math.max(found.length, fires.length) }, (_, index) => index).find(
    (index) => found[index] !== fires[index],
  );
  if (place !== undefined) return `occurrence ${place} is ${iso(found[place])}, naively ${iso(fires[place])}`;
  const count = countOccurrences(definition, calendar, new Date(from), new Date(until));
  return count === fires.length ? null : `${count} are counted, naively ${fires.length}`;
}

/** Settles what is due at random times, as a scheduler that is down now and then would. */
function differenceOfSettling(
  { definition, calendar }: RandomSchedule,
  { fires, leftOut }: NaiveTimes,
  from: number,
  until: number,
  chance: Chance,
): string | null {
  const requested: number[] = [];
  const skipped: SkippedStretch[] = [];
  let since = from;
  for (let now = from; now < until;) {
    now = Math.min(until, now + Math.floor(chance.number() ** 3 * (until - from)) + 1);
    for (let next: Date | null = new Date(now); next !== null && next.getTime() <= now;) {
      const answer = dueOccurrences({
        definition,
        calendar,
        since: new Date(since),
        now: new Date(now),
        limit: MOST_AT_ONCE,
      });
      const problem = problemOf(answer, definition, fires, since, now);
      if (problem !== null) return `${problem} (since ${iso(since)}, now ${iso(now)})`;
      requested.push(...answer.request.map((at) => at.getTime()));
      skipped.push(...answer.skipped);
      since = (answer.request.at(-1) ?? answer.skipped.at(-1)?.to)?.getTime() ?? since;
      next = answer.next;
      const moment = nextMomentOf(definition, calendar, new Date(since), new Date(since));
      if (next?.getTime() !== moment?.getTime())
        return `next is ${iso(next?.getTime())}, not ${iso(moment?.getTime())}`;
    }
  }
  const count = (...reasons: string[]) =>
    skipped.reduce((sum, stretch) => sum + (reasons.includes(stretch.reason) ? stretch.count : 0), 0);
  const accounted = requested.length + count('missed', 'catch_up');
  if (accounted !== fires.length) return `${accounted} of ${fires.length} occurrences are accounted for`;
  for (const reason of ['holiday', 'clock_change'] as const) {
    const naive = leftOut.filter((moment) => moment.reason === reason && moment.at <= since).length;
    if (count(reason) !== naive) return `${count(reason)} are left out by ${reason}, naively ${naive}`;
  }
  return null;
}

/** What is wrong with one answer by itself. */
function problemOf(
  { request, skipped, next }: DueAnswer,
  { catchUp, catchUpMinutes }: ScheduleDefinition,
  fires: readonly number[],
  since: number,
  now: number,
): string | null {
  const requests = request.map((at) => at.getTime());
  const window = Math.max(LEAST_GRACE_MS, catchUpMinutes * MINUTE);
  const latest = fires.filter((at) => at <= now).at(-1);
  const isAllowed = (at: number) =>
    now - at <= LEAST_GRACE_MS ||
    (now - at <= window && (catchUp === 'all' || (catchUp === 'latest' && at === latest)));
  const wrong = requests.find((at) => !fires.includes(at) || at > now || at <= since || !isAllowed(at));
  if (wrong !== undefined) return `${iso(wrong)} is requested`;
  for (const { from, to, count, reason } of skipped) {
    if (requests.some((at) => at <= to.getTime())) return `a skip comes after a request`;
    if (from.getTime() <= since || to.getTime() > now) return `a skip is out of bounds`;
    if (reason !== 'missed' && reason !== 'catch_up') continue;
    const inside = fires.filter((at) => at >= from.getTime() && at <= to.getTime());
    if (inside.length !== count) return `${count} are skipped as ${reason}, naively ${inside.length}`;
    if (inside.some(isAllowed)) return `one is skipped as ${reason} that may run`;
    if (inside.some((at) => now - at <= window !== (reason === 'catch_up'))) return `${reason} is the wrong reason`;
  }
  const settles = requests.length > 0 || skipped.length > 0;
  return !settles && next !== null && next.getTime() <= now ? 'nothing is settled' : null;
}

function iso(instant: number | undefined): string {
  return instant === undefined ? 'none' : new Date(instant).toISOString();
}
