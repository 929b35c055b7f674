import type { Bench, BenchContext } from './bench';
import { Cleanup } from './cleanup';
import { parseOptions, UsageError, type ParsedOptions } from './options';
import { renderHelp, renderJson, renderList, renderTable } from './report';

export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** 128 + the number of the signal, as shells count. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Does what the command line asks for and gives the exit code: 0, 1 for a bench that failed, 2 for a wrong call. */
export async function main(args: readonly string[], benches: readonly Bench[], output: Output): Promise<number> {
  try {
    const [name, ...rest] = args;
    if (name === undefined || name === '--help') {
      output.out(renderList(benches));
      return 0;
    }
    const bench = benches.find((candidate) => candidate.name === name);
    if (!bench) throw new UsageError(unknownBench(name, benches));
    const options = parseOptions(rest, bench.options);
    if (options.help) output.out(renderHelp(bench));
    else await measure(bench, options, output);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      output.err(error.message);
      return 2;
    }
    output.err(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
}

async function measure(bench: Bench, { values, json }: ParsedOptions, output: Output): Promise<void> {
  const cleanup = new Cleanup((step, error) => output.err(`Cleaning up after ${step} failed: ${String(error)}`));
  const context: BenchContext = { cleanup, log: (line) => output.err(line) };
  const stopListening = endWhenBroken(cleanup, output);
  try {
    const result = await bench.run(values, context);
    await cleanup.run();
    output.out(renderTable(bench, result));
    if (json) output.out(renderJson(bench, result.figures));
  } finally {
    await cleanup.run();
    stopListening();
  }
}

/**
 * Ctrl-C, and an error that nobody catches, end the process only after everything it started is gone. What the bench says
 * meanwhile is not heard. npm passes a terminal's signal on, so that it comes twice: the second one changes nothing.
 */
function endWhenBroken(cleanup: Cleanup, output: Output): () => void {
  const end = (reason: string, code: number): void => {
    if (!cleanup.signal.aborted) output.err(reason);
    void cleanup.run().then(() => process.exit(code));
  };
  const listeners = Object.entries(SIGNALS).map(
    ([signal, code]) => [signal, () => end('Interrupted: cleaning up…', code)] as const,
  );
  const onError = (error: Error): void => end(error.stack ?? error.message, 1);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  process.on('uncaughtException', onError);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
    process.off('uncaughtException', onError);
  };
}

function unknownBench(name: string, benches: readonly Bench[]): string {
  return `There is no bench "${name}": the benches are ${benches.map((bench) => bench.name).join(', ')}.`;
}
