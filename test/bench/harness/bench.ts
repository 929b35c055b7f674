import type { Cleanup } from './cleanup';
import type { NumberOptions, OptionValues } from './options';

/** Something measured, next to the peer or the limit that tells what it is worth. */
export interface Bench {
  /** As it is typed: `npm run bench -- NAME`. */
  readonly name: string;
  /** One line for the list of benches. */
  readonly summary: string;
  readonly options: NumberOptions;
  run(values: Readonly<Record<string, number>>, context: BenchContext): Promise<BenchResult>;
}

export interface BenchContext {
  /** Takes back whatever the bench starts, also when it fails or is interrupted. */
  readonly cleanup: Cleanup;
  /** Tells a person what is going on; never part of the result. */
  log(line: string): void;
}

export interface BenchResult {
  readonly figures: readonly Figure[];
  /** Sentences that a reader of the figures needs: sizes, versions, a peer that is missing. */
  readonly notes: readonly string[];
}

export interface Figure {
  /** Stable and flat, with its unit at the end where it has one: `run_now_p50_ms`. */
  readonly name: string;
  readonly value: number;
  /** What was measured, in a few words. */
  readonly meaning: string;
  readonly target?: Target;
}

export type Target = { readonly atLeast: number } | { readonly atMost: number };

/** Gives `run` values of just the options that the bench declares. */
export function defineBench<const Options extends NumberOptions>(bench: {
  readonly name: string;
  readonly summary: string;
  readonly options: Options;
  readonly run: (values: OptionValues<Options>, context: BenchContext) => Promise<BenchResult>;
}): Bench {
  return { ...bench, run: (values, context) => bench.run(values as OptionValues<Options>, context) };
}
