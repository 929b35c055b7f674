import { DEFAULT_CSV, selfServiceInput, type TemplateDefinition } from '#domain';
import { NOON, reportColumn, TEMPLATE_ID, templateDefinition } from '#domain/testing';
import { openMariaDb } from '../../../data-sources/src/mysql/testing/open-mariadb';
import type { MySqlDataSource } from '../../../data-sources/src/mysql/mysql-data-source';
import { startMariaDb, type MariaDbServer } from '../../../../test/mariadb/server';
import { readFiles, type FileContent } from './read-rows';
import { openExportWorld, type ExportWorld, type ReportOf } from './export-world';

/** Rows of a table `twins`, the same in PostgreSQL and in MariaDB. */
export interface TwinTable {
  readonly postgres: string;
  readonly mariadb: string;
}

/** The same reports of the same table, of a PostgreSQL and of a MariaDB. */
export class TwinReports {
  private constructor(
    readonly world: ExportWorld,
    readonly server: MariaDbServer,
    private readonly source: MySqlDataSource,
    private readonly dataset: ReportOf['dataset'],
  ) {}

  static async open({ postgres, mariadb }: TwinTable, dataset: ReportOf['dataset']): Promise<TwinReports> {
    const server = await startMariaDb();
    // The relations of the world are in the schema `public`.
    await server.execute(`CREATE DATABASE public CHARACTER SET utf8mb4; USE public; ${mariadb}`);
    const world = await openExportWorld();
    await world.admin.query(postgres);
    return new TwinReports(world, server, openMariaDb(server, 'public'), dataset);
  }

  ofPostgres(more: Partial<TemplateDefinition>): Promise<FileContent[]> {
    return this.files(more, undefined);
  }

  ofMariaDb(more: Partial<TemplateDefinition>): Promise<FileContent[]> {
    return this.files(more, { get: () => Promise.resolve(this.source) });
  }

  async close(): Promise<void> {
    await this.source.close();
    await this.world.close();
    await this.server.close();
  }

  private async files(
    more: Partial<TemplateDefinition>,
    dataSources: { get(): Promise<MySqlDataSource> } | undefined,
  ): Promise<FileContent[]> {
    const { dataset } = this;
    const columns = dataset.map(({ name, type }) => reportColumn(name, type));
    const definition = templateDefinition({ columns, output: PLAIN_CSV, ...more });
    const input = selfServiceInput({ templateId: TEMPLATE_ID, templateName: 'Twins', definition }, NOON, ZONE);
    const datasetDefinition = this.world.datasetOf({ relation: 'twins', dataset });
    return readFiles(this.world, await this.world.process(input, datasetDefinition, dataSources && { dataSources }));
  }
}

/** Without quoted line breaks, as its reader wants it. */
const PLAIN_CSV = { ...DEFAULT_CSV, neutraliseFormulas: false } as const;
/** One whose clocks change, so that none is taken for another. */
const ZONE = 'Europe/Berlin';
