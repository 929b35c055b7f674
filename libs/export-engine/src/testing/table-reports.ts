import type { Client } from 'pg';
import { DEFAULT_CSV, type DatasetColumn, type JobOutput, type TemplateDefinition } from '#domain';
import type { ExportParts } from '../export-request';
import type { Preview } from '../preview-rows';
import { openExportWorld, type ExportWorld, type ReportOf } from './export-world';

/** CSV as it is read most easily: lines end with LF, and text stands as it is. */
const PLAIN_CSV = { ...DEFAULT_CSV, neutraliseFormulas: false, lineEnding: 'lf' } as const;

/** Reports of one table, as plain CSV unless they say otherwise. */
export class TableReports {
  private constructor(
    readonly world: ExportWorld,
    private readonly dataset: readonly DatasetColumn[],
  ) {}

  /** @param dataset columns of the table `report_rows`, which `tableSql` makes */
  static async open(tableSql: string, dataset: readonly DatasetColumn[]): Promise<TableReports> {
    const world = await openExportWorld();
    await world.admin.query(tableSql);
    return new TableReports(world, dataset);
  }

  get admin(): Client {
    return this.world.admin;
  }

  close(): Promise<void> {
    return this.world.close();
  }

  run(more: Partial<TemplateDefinition>, parts: Partial<ExportParts> = {}): Promise<JobOutput> {
    return this.world.run(this.reportOf(more), parts);
  }

  file(output: JobOutput): Promise<Buffer> {
    return this.world.fileOf(output);
  }

  /** The lines of the report's CSV file, header included. */
  async lines(more: Partial<TemplateDefinition>): Promise<string[]> {
    const bytes = await this.file(await this.run(more));
    return bytes.toString().trimEnd().split('\n');
  }

  preview(more: Partial<TemplateDefinition>, limit: number): Promise<Preview> {
    return this.world.preview(this.reportOf(more), limit);
  }

  private reportOf(more: Partial<TemplateDefinition>): ReportOf {
    const { dataset } = this;
    return { relation: 'report_rows', dataset, output: more.output ?? PLAIN_CSV, more };
  }
}
