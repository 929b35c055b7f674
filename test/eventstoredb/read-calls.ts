import { once } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import type { LogRecord, TransactionLog } from './log';

type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** Records that a filtered subscription looks at between two checkpoints, unless the client names its own window. */
const DEFAULT_WINDOW = 32;

/** A read of a stream or of `$all`, in either direction, or a subscription to `$all`. */
export async function answerRead(log: TransactionLog, call: ReadCall): Promise<void> {
  const options = call.request.getOptions()!;
  if (options.hasSubscription()) return subscribe(log, call, options);
  const records = options.hasStream() ? ofStream(log, options) : ofAll(log, options);
  if (records) {
    for (const record of records.slice(0, Number(options.getCount()))) {
      if (!(await write(call, new ReadResp().setEvent(readEvent(record))))) return;
    }
  } else {
    const missing = new ReadResp.StreamNotFound().setStreamIdentifier(options.getStream()!.getStreamIdentifier());
    call.write(new ReadResp().setStreamNotFound(missing));
  }
  call.end();
}

function ofStream(log: TransactionLog, options: ReadReq.Options): readonly LogRecord[] | undefined {
  const stream = options.getStream()!;
  const name = Buffer.from(stream.getStreamIdentifier()!.getStreamName_asU8()).toString('utf8');
  const records = log.stream(name);
  if (!isBackwards(options)) return records?.slice(stream.hasRevision() ? Number(stream.getRevision()) : 0);
  return (stream.hasRevision() ? records?.slice(0, Number(stream.getRevision()) + 1) : records)?.toReversed();
}

/** Forwards, the record at the position is read as well; backwards, reading begins at the one before. */
function ofAll(log: TransactionLog, options: ReadReq.Options): readonly LogRecord[] {
  const all = options.getAll()!;
  const from = all.hasPosition() ? BigInt(all.getPosition()!.getCommitPosition()) : undefined;
  if (!isBackwards(options)) return from === undefined ? log.records : log.records.slice(firstAt(log.records, from));
  return (from === undefined ? log.records : log.records.slice(0, firstAt(log.records, from))).toReversed();
}

/** What comes after a position, or after the end of the log, and goes on with each record that is written. */
async function subscribe(log: TransactionLog, call: ReadCall, options: ReadReq.Options): Promise<void> {
  const all = options.getAll()!;
  let next = all.hasEnd() ? log.records.length : 0;
  if (all.hasPosition()) next = firstAt(log.records, BigInt(all.getPosition()!.getCommitPosition()) + 1n);
  const passes = filterOf(options);
  const interval = checkpointIntervalOf(options);
  let passedOver = 0;
  const tell = (record: LogRecord): ReadResp | null => {
    if (passes(record)) return new ReadResp().setEvent(readEvent(record));
    passedOver += 1;
    return passedOver % interval === 0 ? new ReadResp().setCheckpoint(checkpointAt(record.position)) : null;
  };
  const confirmation = new ReadResp.SubscriptionConfirmation().setSubscriptionId(crypto.randomUUID());
  await write(call, new ReadResp().setConfirmation(confirmation));
  for (; next < log.records.length; next += 1) {
    const response = tell(log.records[next]!);
    if (response && !(await write(call, response))) return;
  }
  const end = log.onRecord((record) => {
    const response = tell(record);
    if (response) call.write(response);
  });
  call.on('cancelled', end);
  call.write(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
}

function filterOf(options: ReadReq.Options): (record: LogRecord) => boolean {
  const filter = options.getFilter();
  if (!filter) return () => true;
  const expression = filter.getEventType() ?? filter.getStreamIdentifier()!;
  const [prefixes, regex] = [expression.getPrefixList(), new RegExp(expression.getRegex())];
  return (record) => {
    const text = filter.hasEventType() ? record.type : record.streamId;
    return prefixes.length > 0 ? prefixes.some((prefix) => text.startsWith(prefix)) : regex.test(text);
  };
}

function checkpointIntervalOf(options: ReadReq.Options): number {
  const filter = options.getFilter();
  if (!filter) return Infinity;
  return (filter.hasMax() ? filter.getMax() : DEFAULT_WINDOW) * filter.getCheckpointintervalmultiplier();
}

function checkpointAt(position: bigint): ReadResp.Checkpoint {
  return new ReadResp.Checkpoint().setCommitPosition(`${position}`).setPreparePosition(`${position}`);
}

function isBackwards(options: ReadReq.Options): boolean {
  return options.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS;
}

/** Index of the first record at a position or after it: positions grow, so half of what is left falls away at each look. */
function firstAt(records: readonly LogRecord[], position: bigint): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (records[middle]!.position < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

function readEvent(record: LogRecord): ReadResp.ReadEvent {
  const event = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new UUID().setString(record.id))
    .setStreamIdentifier(new StreamIdentifier().setStreamName(Buffer.from(record.streamId, 'utf8')))
    .setStreamRevision(record.revision.toString())
    .setCommitPosition(record.position.toString())
    .setPreparePosition(record.position.toString())
    .setCustomMetadata(record.metadata)
    .setData(record.data);
  event.getMetadataMap().set('type', record.type).set('content-type', record.contentType);
  event.getMetadataMap().set('created', record.created.toString());
  return new ReadResp.ReadEvent().setEvent(event).setCommitPosition(record.position.toString());
}

/** Waits while the client is slow to read; false when it has gone. */
async function write(call: ReadCall, response: ReadResp): Promise<boolean> {
  if (call.cancelled) return false;
  if (!call.write(response)) {
    const settled = new AbortController();
    const { signal } = settled;
    await Promise.race([once(call, 'drain', { signal }), once(call, 'cancelled', { signal })]);
    settled.abort();
  }
  return !call.cancelled;
}
