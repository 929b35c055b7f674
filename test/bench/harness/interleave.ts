type Contestant = ((run: number) => Promise<unknown>) | undefined;
type Measurements<Measure extends Contestant> = Measure extends (run: number) => Promise<infer Value> ? Value : never;

/**
 * Runs the contestants by turns, A B A B …, so that whatever slows the machine down for a while slows all of them down.
 * Gives each one's measurements in order; runs count from 1. A contestant that cannot take part is `undefined` and has none.
 */
export async function interleave<Contestants extends Readonly<Record<string, Contestant>>>(
  runs: number,
  contestants: Contestants,
): Promise<{ readonly [Name in keyof Contestants]: readonly Measurements<Contestants[Name]>[] }> {
  const taking = Object.entries(contestants).map(([name, measure]) => ({ name, measure, values: [] as unknown[] }));
  for (let run = 1; run <= runs; run += 1) {
    for (const { measure, values } of taking) if (measure) values.push(await measure(run));
  }
  return Object.fromEntries(taking.map(({ name, values }) => [name, values])) as never;
}
