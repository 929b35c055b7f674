import { parseArgs } from 'node:util';
import type { DeadLetterFilter } from '#event-feed';

export const USAGE = `Usage: npm run dead-letter -- <list | replay | drop> [options]

  list     shows the parked events; --dropped shows those given up as well
  replay   has them applied again, with all that is parked of the same streams
  drop     gives them up for good; needs --reason, and shows only what it would do until --yes is given

  --group <name>    of one group of consumers, such as read-models or exporter
  --stream <id>     of one stream, such as job-3f0c…
  --id <number>     one parked event, by its number in the list
  --all             replay or drop: really all of them
  --reason <text>   drop: why; it is kept with the event
  --by <name>       drop: who; default the user of this machine
  --yes             drop: do it
  --json            one JSON object a line

The database is DATABASE_URL, or that of the running embedded server in DATA_DIR.`;

export type DeadLetterCommand =
  | { readonly type: 'help' }
  | { readonly type: 'list'; readonly filter: DeadLetterFilter; readonly dropped: boolean; readonly json: boolean }
  | { readonly type: 'replay'; readonly filter: DeadLetterFilter; readonly json: boolean }
  | {
      readonly type: 'drop';
      readonly filter: DeadLetterFilter;
      readonly json: boolean;
      readonly reason: string;
      /** Undefined: the user of this machine. */
      readonly by: string | undefined;
      /** False: only show what would be dropped. */
      readonly confirmed: boolean;
    };

const OPTIONS = {
  group: { type: 'string' },
  stream: { type: 'string' },
  id: { type: 'string' },
  all: { type: 'boolean' },
  dropped: { type: 'boolean' },
  reason: { type: 'string' },
  by: { type: 'string' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Throws an error with one line for a person when the arguments make no sense. */
export function parseCommand(args: readonly string[]): DeadLetterCommand {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  if (values.help) return { type: 'help' };
  const [type, ...rest] = positionals;
  if (rest.length > 0) throw new Error(`one command at a time, not ${positionals.join(' ')}`);
  const filter = filterOf(values);
  const json = values.json ?? false;
  switch (type) {
    case 'list':
      return { type, filter, json, dropped: values.dropped ?? false };
    case 'replay':
      demandChoice(filter, values.all);
      return { type, filter, json };
    case 'drop': {
      demandChoice(filter, values.all);
      const reason = values.reason?.trim();
      if (!reason) throw new Error('drop needs --reason, for whoever asks later');
      return { type, filter, json, reason, by: values.by, confirmed: values.yes ?? false };
    }
    default:
      throw new Error(`the command is list, replay or drop, not ${type ?? 'nothing'}`);
  }
}

function filterOf({ group, stream, id }: { group?: string; stream?: string; id?: string }): DeadLetterFilter {
  if (id !== undefined && !/^[1-9]\d{0,17}$/.test(id)) throw new Error(`--id is a number of the list, not ${id}`);
  return {
    ...(group !== undefined && { group }),
    ...(stream !== undefined && { streamId: stream }),
    ...(id !== undefined && { id }),
  };
}

function demandChoice(filter: DeadLetterFilter, all = false): void {
  if (Object.keys(filter).length > 0 || all) return;
  throw new Error('say which: --group, --stream, --id, or --all');
}
