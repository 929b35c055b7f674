import type { RecipientStore } from '#access';
import type { AllowedDomains } from '#delivery-channels';
import {
  burst,
  burstJobId,
  job,
  readListRow,
  selfServiceRequest,
  streamOf,
  toInstant,
  type BurstCommand,
  type FilledRow,
  type LeftOutRow,
  type RecipientId,
  type RowTerms,
} from '#domain';
import { derivedId, execute, toNewEvents, type Append, type CommandContext } from '#event-sourcing';
import type { FileStore } from '#file-store';
import type { Clock } from '#platform';
import { BurstFault } from './burst-fault';
import type { WaitingList } from './burst-table';
import { readListFile } from './list-file';
import { sourceOfList, type ListSource, type ListSourceParts } from './list-source';
import { readAddress } from './row-addresses';

/** In whose name rows get their jobs. */
const ACTOR = 'system:scheduler';
/** Jobs that are requested by one append: each has the whole definition of its report. */
const BATCH = 100;

export interface ExpansionParts extends ListSourceParts {
  readonly fileStore: FileStore;
  readonly recipients: RecipientStore;
  /** Null: mail may go to all. */
  readonly allowedDomains: AllowedDomains | null;
  readonly clock: Clock;
  /** Attempts that each job gets. */
  readonly maxAttempts: number;
}

/**
 * Requests a job for each row of a list, then says so; or says why there are none. The jobs' ids follow from the list and the row, so
 * a repeat after a crash finds those that are there. Throws when another try may well succeed.
 */
export async function expandList(parts: ExpansionParts, list: WaitingList): Promise<BurstCommand['type'] | 'known'> {
  const stream = streamOf('burst', list.jobId);
  if ((await parts.eventStore.headRevisions([stream])).has(stream)) return 'known';
  const command = await outcomeOf(parts, list);
  const context = contextOf(derivedId(list.jobId, 'burst'), list.jobId, null);
  const outcome = await execute(parts.eventStore, burst, { streamId: stream, command, context });
  if (outcome.kind !== 'done') throw new Error(`the burst of ${list.jobId} was not stored: ${outcome.kind}`);
  return command.type;
}

async function outcomeOf(parts: ExpansionParts, list: WaitingList): Promise<BurstCommand> {
  const { jobId, scheduleId } = list;
  try {
    const source = await sourceOfList(parts, list);
    const { filled, leftOut } = await readRows(parts, source);
    for (let from = 0; from < filled.length; from += BATCH) {
      await requestRows(parts, list, source, filled.slice(from, from + BATCH));
    }
    const at = toInstant(parts.clock.now());
    const rows = filled.length + leftOut.length;
    return { type: 'ExpandBurst', jobId, scheduleId, rows, jobs: filled.length, leftOut, at };
  } catch (error) {
    if (!(error instanceof BurstFault)) throw error;
    const { code, message } = error;
    return { type: 'FailBurst', jobId, scheduleId, code, message, at: toInstant(parts.clock.now()) };
  }
}

async function readRows({ fileStore, allowedDomains }: ExpansionParts, source: ListSource) {
  const { definition, template, request, output } = source;
  const types = request.input.dynamicColumns.flatMap(({ header, format, dataType }) =>
    format === null ? [[header, dataType] as const] : [],
  );
  const terms: RowTerms = {
    ...{ definition, parameters: template.definition.parameters },
    ...{ types: new Map(types), timeZone: request.timeZone },
  };
  const column = definition.delivery.email?.addressColumn ?? '';
  const filled: FilledRow[] = [];
  const leftOut: LeftOutRow[] = [];
  let row = 0;
  for (const file of output.files) {
    await readListFile(fileStore, file, (values) => {
      row += 1;
      const reading = readListRow(row, values, terms);
      if (!reading.ok) return void leftOut.push(reading.leftOut);
      if (reading.filled.address === null) return void filled.push(reading.filled);
      const mailbox = readAddress(reading.filled.address, column, allowedDomains);
      if (mailbox.ok) filled.push({ ...reading.filled, address: mailbox.address });
      else leftOut.push({ row, ...mailbox.fault });
    });
  }
  return { filled, leftOut };
}

async function requestRows(
  parts: ExpansionParts,
  { jobId: listJobId, scheduleId, planRevision }: WaitingList,
  source: ListSource,
  filled: readonly FilledRow[],
): Promise<void> {
  const { template, templateRevision, completed } = source;
  const { owner, nominalTime, timeZone, priority, catchUp } = source.request;
  const recipients = await recipientsOf(parts.recipients, filled);
  const { maxAttempts } = parts;
  const at = toInstant(parts.clock.now());
  const appends = filled.map(({ row, parameters, address }): Append => {
    const jobId = burstJobId(listJobId, row);
    const recipientId = address === null ? null : (recipients.get(address) ?? null);
    const request = selfServiceRequest({
      ...{ jobId, origin: 'burst', burst: { scheduleId, planRevision, listJobId, row, recipientId } },
      ...{ owner, nominalTime, timeZone, priority, catchUp, maxAttempts, startBefore: null },
      ...{ template, templateRevision, schedule: null, rerunOf: null, parameters },
    });
    const decision = job.decide({ type: 'RequestJob', request, at }, job.initial);
    if (!decision.accepted) throw new Error(`a job was refused on an empty stream: ${decision.refusal.code}`);
    // The job's id follows from list and row, and so names the command as well.
    const events = toNewEvents(decision.events, contextOf(jobId, listJobId, completed.id));
    return { streamId: streamOf('job', jobId), expected: 'no-stream', events };
  });
  // One whose stream exists was requested before.
  await parts.eventStore.appendMany(appends);
}

/** Ids by address; no event has an address. */
async function recipientsOf(
  store: RecipientStore,
  filled: readonly FilledRow[],
): Promise<ReadonlyMap<string, RecipientId>> {
  const addresses = [...new Set(filled.flatMap(({ address }) => address ?? []))];
  const ids = addresses.length === 0 ? [] : await store.idsOf(addresses);
  if (ids.length !== addresses.length) throw new Error('an address was erased while it was looked up');
  return new Map(addresses.map((address, index) => [address, ids[index] as RecipientId]));
}

/** Made from ids alone, so that a repeat after a crash is recognised as one. */
function contextOf(commandId: string, listJobId: string, causationId: string | null): CommandContext {
  return { commandId, correlationId: listJobId, causationId, actor: ACTOR, traceparent: null };
}
