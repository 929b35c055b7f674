import { createPool, transaction, type Pool } from '#database';
import { DeadLetters, moveCheckpoint } from '#event-feed';
import { START, STORE_SOURCE, STREAM_WAITS, type ParkedEvent, type RecordedEvent } from '#event-sourcing';
import { someEvent } from '#event-sourcing/testing';
import { createTestDatabase, type TestDatabase } from '../../test/postgres/database';
import { parseCommand } from './arguments';
import { runCommand } from './run';

let database: TestDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
  pool = createPool(database.url, { application: 'test', max: 3, onIdleError: () => undefined });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

function parked(position: bigint, code: string): ParkedEvent {
  const event: RecordedEvent = {
    ...someEvent('JobRequested'),
    streamId: 'job-1',
    revision: Number(position),
    position,
    recordedAt: new Date(),
  };
  return { streamId: 'job-1', event, record: null, offset: null, fault: { code, message: 'no such column', tries: 3 } };
}

/** Two events of a stream, the second behind the first. */
async function parkTwo(group: string): Promise<void> {
  await transaction(pool, (client) =>
    moveCheckpoint(client, group, {
      source: STORE_SOURCE,
      events: [],
      previous: { position: START, offset: null },
      checkpoint: { position: 2n, offset: null },
      parked: [parked(1n, 'handler.failed'), parked(2n, STREAM_WAITS)],
    }),
  );
}

async function run(line: string): Promise<string> {
  const lines: string[] = [];
  const command = parseCommand(line.split(' '));
  if (command.type !== 'help') await runCommand(command, new DeadLetters(pool), (said) => lines.push(said));
  return lines.join('\n');
}

it('lists what is parked, for people and for programs', async () => {
  expect(await run('list')).toBe('Nothing is parked.');
  await parkTwo('exporter');
  await parkTwo('read-models');
  const text = await run('list --group exporter');
  expect(text).toMatch(/^1 {2}parked {2}exporter {2}job-1 {2}JobRequested {2}position 1\n/);
  expect(text).toContain('handler.failed  no such column');
  expect(text).toMatch(/2 listed\.$/);
  const rows = (await run('list --json')).split('\n').map((row) => JSON.parse(row) as unknown);
  expect(rows).toHaveLength(4);
  expect(rows[1]).toMatchObject({ group: 'exporter', position: '2', errorCode: STREAM_WAITS, status: 'parked' });
});

it('asks for the replay of whole streams, of the chosen group alone', async () => {
  await parkTwo('exporter');
  await parkTwo('read-models');
  expect(await run('replay --id 2')).toMatch(/2 to be applied again/);
  expect(await run('list --group exporter')).toMatch(/^1 {2}replay[\s\S]*\n2 {2}replay/);
  expect(await run('list --group read-models')).not.toContain('replay');
});

it('drops only when it is told twice, and keeps who and why', async () => {
  await parkTwo('exporter');
  expect(await run('drop --stream job-1 --reason obsolete --by ops')).toMatch(/2 would be dropped\. Add --yes/);
  expect(await run('list')).toMatch(/2 listed\.$/);
  expect(await run('drop --stream job-1 --reason obsolete --by ops --yes')).toMatch(/2 dropped\.$/);
  expect(await run('list')).toBe('Nothing is parked.');
  expect(await run('list --dropped')).toContain('(dropped by ops: obsolete)');
});
