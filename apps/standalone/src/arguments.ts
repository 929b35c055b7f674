/** What `npm start -- …` was asked for. */
export interface StartArguments {
  readonly reset: boolean;
  readonly help: boolean;
}

export const USAGE = `Usage: npm start [-- --reset]

  --reset   begin anew: deletes all data of the embedded database, reports and credentials
  --help    this text

Settings come from the environment (docs/reference/settings.md), such as PORT=3001 npm start.`;

/** Throws with one line for a person when an argument is not known. */
export function parseArguments(args: readonly string[]): StartArguments {
  const unknown = args.find((arg) => !['--reset', '--help', '-h'].includes(arg));
  if (unknown !== undefined) throw new Error(`npm start does not know ${JSON.stringify(unknown)}.\n\n${USAGE}`);
  return { reset: args.includes('--reset'), help: args.includes('--help') || args.includes('-h') };
}
