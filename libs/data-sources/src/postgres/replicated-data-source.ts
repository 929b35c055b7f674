import type { Readable } from 'node:stream';
import type { Logger } from '#platform';
import {
  DataSourceError,
  describeQuery,
  type CopyFormat,
  type DataSource,
  type DescribedQuery,
  type LiveColumn,
  type QueryOptions,
  type Relation,
  type RelationName,
} from '../data-source';
import type { Statement } from '../statement';

export interface Replicated {
  readonly primary: DataSource;
  readonly replica: DataSource;
  /** For the log. */
  readonly name: string;
  readonly logger: Logger;
  /** Milliseconds for which a replica that was not reached is left alone. */
  readonly retryAfterMs: number;
}

/**
 * A database with a read replica, which queries go to while it can be reached. A query that the replica breaks off half way is not
 * begun anew here: its rows may have been used already.
 */
export class ReplicatedDataSource implements DataSource {
  /** By the process's own clock; the replica is left alone until then. */
  private downUntil = -Infinity;
  private isDown = false;

  constructor(private readonly parts: Replicated) {}

  introspect(relation: RelationName, options?: QueryOptions): Promise<LiveColumn[] | null> {
    return this.run((source) => source.introspect(relation, options));
  }

  describeQuery(query: string, options?: QueryOptions): Promise<DescribedQuery> {
    return this.run((source) => describeQuery(source, query, options));
  }

  listRelations(options?: QueryOptions): Promise<Relation[]> {
    return this.run((source) => source.listRelations(options));
  }

  copyOut(select: Statement, format: CopyFormat, options: QueryOptions): Promise<Readable> {
    return this.run((source) => source.copyOut(select, format, options));
  }

  rows(select: Statement, options: QueryOptions): Promise<(string | null)[][]> {
    return this.run((source) => source.rows(select, options));
  }

  async close(): Promise<void> {
    await Promise.all([this.parts.replica.close(), this.parts.primary.close()]);
  }

  private async run<Result>(query: (source: DataSource) => Promise<Result>): Promise<Result> {
    const { primary, replica, retryAfterMs } = this.parts;
    if (performance.now() < this.downUntil) return query(primary);
    try {
      const result = await query(replica);
      this.tell(false);
      return result;
    } catch (error) {
      if (!(error instanceof DataSourceError) || error.code !== 'data_source.unreachable') throw error;
      this.downUntil = performance.now() + retryAfterMs;
      this.tell(true);
      return query(primary);
    }
  }

  /** Once each time that it changes, not for each query. */
  private tell(isDown: boolean): void {
    if (this.isDown === isDown) return;
    this.isDown = isDown;
    const { logger, name } = this.parts;
    if (isDown) logger.warn({ dataSource: name }, 'the read replica cannot be reached; queries go to the primary');
    else logger.info({ dataSource: name }, 'queries go to the read replica again');
  }
}
