import { DatabaseClock } from './database-clock';

const MINUTE_MS = 60_000;
/** 26 November 2026, 08:00 UTC. */
const DATABASE_MS = 1_795_680_000_000;

let elapsedMs: number;
/** How far the machine's clock is ahead of the database's. */
let aheadMs: number;
/** How long the database's answer takes on its way back; the question takes no time. */
let answerTakesMs: number;
let isAway: boolean;
let asked: number;
let errors: unknown[];
let clock: DatabaseClock;

beforeEach(async () => {
  jest.useFakeTimers();
  [elapsedMs, aheadMs, answerTakesMs, isAway, asked, errors] = [500, 0, 0, false, 0, []];
  clock = await DatabaseClock.start(options);
});
afterEach(async () => {
  await clock.stop();
  jest.useRealTimers();
});

const databaseMs = (): number => DATABASE_MS + elapsedMs;
const options = {
  elapsed: () => elapsedMs,
  machine: () => databaseMs() + aheadMs,
  onError: (error: unknown) => void errors.push(error),
  ask: () => {
    asked += 1;
    const present = databaseMs();
    elapsedMs += answerTakesMs;
    return isAway ? Promise.reject(new Error('away')) : Promise.resolve(present);
  },
};

const errorMs = (): number => clock.now().getTime() - databaseMs();

async function compared(): Promise<void> {
  await jest.advanceTimersByTimeAsync(MINUTE_MS);
}

describe('the clock of the database', () => {
  it('tells its time, whatever the machine says', () => {
    elapsedMs += 12_345;
    expect(errorMs()).toBe(0);
    aheadMs = 7_200_000;
    expect(errorMs()).toBe(0);
    aheadMs = -7_200_000;
    expect(errorMs()).toBe(0);
  });

  it('is off by half of what the first answer takes, at most, and right once one comes fast', async () => {
    answerTakesMs = 80;
    await clock.stop();
    clock = await DatabaseClock.start(options);
    expect(errorMs()).toBe(-40);
    answerTakesMs = 2;
    await compared();
    expect(errorMs()).toBe(-2);
  });

  it('is not misled by a slow answer', async () => {
    answerTakesMs = 4000;
    await compared();
    expect(errorMs()).toBe(0);
  });

  it('asks at once when the machine has slept, while nothing was counted', async () => {
    const before = asked;
    elapsedMs += 1000;
    clock.now();
    expect(asked).toBe(before);
    aheadMs = 3_600_000;
    clock.now();
    clock.now();
    await jest.advanceTimersByTimeAsync(0);
    expect(asked).toBe(before + 1);
    clock.now();
    expect(asked).toBe(before + 1);
  });

  it('goes on when the database is away', async () => {
    isAway = true;
    await compared();
    elapsedMs += 1;
    expect(errors).toEqual([new Error('away')]);
    expect(errorMs()).toBe(0);
  });

  it('asks no more once it was stopped', async () => {
    await clock.stop();
    const before = asked;
    await compared();
    expect(asked).toBe(before);
  });

  it('does not start without an answer', async () => {
    isAway = true;
    await expect(DatabaseClock.start(options)).rejects.toThrow('away');
  });
});
