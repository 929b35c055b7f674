import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { packageRoot } from '#platform';

const RUN = join(packageRoot(), 'dist', 'test', 'bench', 'run.js');

/** Starts the compiled benches as `npm run bench` does. */
export function startBench(...args: readonly string[]) {
  return spawn(process.execPath, [RUN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a bench to its end; gives the figures that it tells machines. */
export async function figuresOf(...args: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const bench = startBench(...args, '--json');
  const [out, err, [code]] = await Promise.all([text(bench.stdout), text(bench.stderr), once(bench, 'close')]);
  if (code !== 0) throw new Error(err);
  const answer = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as {
    bench: string;
    figures: Record<string, number>;
  };
  expect(answer.bench).toBe(args[0]);
  return answer.figures;
}
