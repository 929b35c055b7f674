import type { Readable } from 'node:stream';
import type { DataType } from '#domain';
import {
  DataSourceError,
  type CopyFormat,
  type DataSource,
  type LiveColumn,
  type QueryOptions,
  type Relation,
  type RelationName,
} from '../data-source';
import { quoteIdentifier, type Statement } from '../statement';
import { toDuckDb } from './duckdb-dialect';
import { DuckDbSession } from './duckdb-session';
import { FileFolder, FILES_SCHEMA } from './file-folder';
import { RowStream } from './row-stream';

/** CSV and Parquet files, each a table of the schema `files` under its name. */
export class FileDataSource implements DataSource {
  private readonly folder: FileFolder;

  /** @param statementTimeoutMs that a query may take at most; a call may ask for less */
  constructor(
    { root, folder }: { readonly root: string; readonly folder: string },
    private readonly statementTimeoutMs: number,
  ) {
    this.folder = new FileFolder(root, folder);
  }

  async introspect(relation: RelationName, options: QueryOptions = {}): Promise<LiveColumn[] | null> {
    if ((await this.folder.find(relation)) === null) return null;
    return this.within({ ...options, reads: relation }, async (session) => {
      const query = `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${quoteIdentifier(relation.schema)}.${quoteIdentifier(relation.name)})`;
      return (await session.all(query)).map(([name, type]) => ({
        name: name ?? '',
        databaseType: type ?? '',
        type: dataTypeOf(type ?? ''),
        nullable: true,
      }));
    });
  }

  async listRelations(): Promise<Relation[]> {
    return (await this.folder.list()).map(({ name }) => ({ schema: FILES_SCHEMA, name, kind: 'table' }));
  }

  async copyOut(select: Statement, format: CopyFormat, options: QueryOptions): Promise<Readable> {
    const { text, values } = toDuckDb(select);
    const next = values.length + 1;
    const [value, more, delimiter] =
      format.type === 'text'
        ? ['report_copy_text(COLUMNS(*))', [], 'chr(9)']
        : [
            `report_copy_csv(COLUMNS(*), $${next}::VARCHAR, $${next + 1}::VARCHAR, ${format.quoteAll === true})`,
            [format.delimiter, format.nullText],
            `$${next}::VARCHAR`,
          ];
    const lines = `SELECT concat_ws(${delimiter}, *COLUMNS(*)) || chr(10) FROM (SELECT ${value} FROM (${text}))`;
    return RowStream.open({ text: lines, values: [...values, ...more] }, await this.open(options));
  }

  rows(select: Statement, options: QueryOptions): Promise<(string | null)[][]> {
    const { text, values } = toDuckDb(select);
    return this.within(options, (session) => session.all(`SELECT report_value(COLUMNS(*)) FROM (${text})`, values));
  }

  /** Each query has closed what it opened. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  private async within<Result>(
    options: QueryOptions,
    work: (session: DuckDbSession) => Promise<Result>,
  ): Promise<Result> {
    const session = await this.open(options);
    try {
      return await work(session);
    } catch (error) {
      throw session.meaningOf(error);
    } finally {
      await session.close();
    }
  }

  private async open({ reads, signal, timeoutMs, timeZone }: QueryOptions): Promise<DuckDbSession> {
    const file = reads ? await this.folder.find(reads) : null;
    if (reads && !file) {
      const message = `The file ${reads.name} of the dataset no longer exists.`;
      throw new DataSourceError('data_source.relation_missing', message);
    }
    return DuckDbSession.open({
      folder: await this.folder.open(),
      file,
      timeoutMs: Math.min(timeoutMs ?? Infinity, this.statementTimeoutMs),
      timeZone: timeZone ?? 'UTC',
      signal: signal ?? null,
    });
  }
}

const BY_TYPE: readonly (readonly [RegExp, DataType])[] = [
  [/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/, 'integer'],
  [/^(DECIMAL\(\d+,\d+\)|FLOAT|DOUBLE)$/, 'decimal'],
  [/^BOOLEAN$/, 'boolean'],
  [/^DATE$/, 'date'],
  [/^TIME$/, 'time'],
  [/^TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?$/, 'timestamp'],
  [/^UUID$/, 'uuid'],
  [/^JSON$/, 'json'],
];

function dataTypeOf(type: string): DataType {
  return BY_TYPE.find(([pattern]) => pattern.test(type))?.[1] ?? 'string';
}
