import { parseArgs } from 'node:util';

/** A size that can be given on the command line; its key `batchEvents` is typed `--batch-events`. */
interface NumberOption {
  readonly help: string;
  readonly default: number;
  /** Default 1. */
  readonly min?: number;
  readonly max?: number;
}

export type NumberOptions = Readonly<Record<string, NumberOption>>;
export type OptionValues<Options extends NumberOptions> = { readonly [Key in keyof Options]: number };

/** The command line cannot be understood; the message is one line that says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface ParsedOptions {
  readonly json: boolean;
  readonly help: boolean;
  readonly values: Readonly<Record<string, number>>;
}

/** Reads what follows a bench's name. Throws `UsageError`. */
export function parseOptions(args: readonly string[], options: NumberOptions): ParsedOptions {
  const keys = new Map(Object.keys(options).map((key) => [flagOf(key), key]));
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries([...keys.keys()].map((flag) => [flag, { type: 'string' as const }])),
  });
  const given: Record<string, number> = {};
  const flags = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(`"${token.value}" is one word too many.`);
    if (token.kind === 'option-terminator') continue;
    const key = keys.get(token.name);
    const option = key === undefined ? undefined : options[key];
    if (key !== undefined && option) given[key] = numberOf(token.rawName, token.value, option);
    else if ((token.rawName === '--json' || token.rawName === '--help') && token.value === undefined) {
      flags.add(token.name);
    } else throw new UsageError(`There is no option ${token.rawName}${hint(keys.keys())}`);
  }
  const defaults = Object.fromEntries(Object.entries(options).map(([key, option]) => [key, option.default]));
  return { json: flags.has('json'), help: flags.has('help'), values: { ...defaults, ...given } };
}

/** `batchEvents` → `batch-events`. */
export function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function numberOf(flag: string, text: string | undefined, { min = 1, max = Number.MAX_SAFE_INTEGER }: NumberOption) {
  if (text === undefined || !/^\d[\d_]*$/.test(text)) {
    throw new UsageError(`${flag} needs a whole number, such as ${flag} ${min}.`);
  }
  const value = Number(text.replaceAll('_', ''));
  if (value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`;
    throw new UsageError(`${flag} must be ${range}.`);
  }
  return value;
}

function hint(flags: Iterable<string>): string {
  return `: this bench knows ${[...flags, 'json', 'help'].map((flag) => `--${flag}`).join(', ')}.`;
}
