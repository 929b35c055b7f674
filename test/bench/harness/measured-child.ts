import { fork } from 'node:child_process';
import type { Cleanup } from './cleanup';
import { peakRssMib } from './peak-memory';

/** What a child process did, and the most memory it took for it. */
export interface Measured<Result> {
  readonly result: Result;
  /** Milliseconds of the work itself, without the start of the process. */
  readonly milliseconds: number;
  readonly peakRssMib: number;
}

type Answer = { readonly done: Measured<unknown> } | { readonly failed: string };

/**
 * Does a job in a process of its own, so that its memory is its alone and every run begins equally cold.
 *
 * @param module full path of a compiled file that calls `serveJob`
 */
export function runMeasured<Result>(module: string, job: object, cleanup: Cleanup): Promise<Measured<Result>> {
  // The job travels as a message: it may hold a password, which does not belong in the list of processes.
  const child = fork(module, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: ['--max-semi-space-size=32'],
  });
  const forget = cleanup.add(module, () => child.kill('SIGKILL'));
  return new Promise<Measured<Result>>((resolve, reject) => {
    let answer: Answer | undefined;
    child.once('message', (message) => (answer = message as Answer));
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (answer && 'done' in answer) resolve(answer.done as Measured<Result>);
      else reject(new Error(answer?.failed ?? `${module} ended with ${String(code ?? signal)} and without an answer`));
    });
    child.send(job);
  }).finally(forget);
}

/** The other side: waits for the job, does it, answers, and ends. */
export function serveJob(work: (job: never) => Promise<unknown>): void {
  const answer = (message: Answer): void => {
    process.send?.(message, () => process.disconnect());
  };
  // Without its parent nobody would hear the answer.
  process.once('disconnect', () => process.exit());
  process.once('message', (job) => {
    const started = performance.now();
    work(job as never).then(
      (result) => answer({ done: { result, milliseconds: performance.now() - started, peakRssMib: peakRssMib() } }),
      (error: unknown) => answer({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}
