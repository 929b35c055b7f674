import * as excel from 'exceljs';
import { Client, types } from 'pg';
import { serveJob } from '../harness/measured-child';
import type { Exported } from './our-export';

export interface ExceljsJob {
  readonly url: string;
  /** Path of the workbook. */
  readonly path: string;
  readonly select: string;
  readonly columns: readonly { readonly name: string; readonly numberFormat: string | null }[];
}

/** Rows that are fetched from the cursor at a time. */
const FETCH = 10_000;

/** As a developer would write it who knows both libraries: a cursor, and the streaming writer fed row by row. */
serveJob(async ({ url, path, select, columns }: ExceljsJob): Promise<Exported> => {
  // Cells shall be numbers, and dates without a zone are not this machine's.
  types.setTypeParser(types.builtins.NUMERIC, Number);
  types.setTypeParser(types.builtins.DATE, (text) => new Date(`${text}T00:00:00Z`));
  types.setTypeParser(types.builtins.TIMESTAMP, (text) => new Date(`${text.replace(' ', 'T')}Z`));
  const client = new Client({ connectionString: url });
  await client.connect();
  const workbook = new excel.stream.xlsx.WorkbookWriter({ filename: path, useStyles: true });
  const sheet = workbook.addWorksheet('Orders');
  sheet.columns = columns.map(({ name, numberFormat }) => ({
    header: name,
    key: name,
    style: numberFormat === null ? {} : { numFmt: numberFormat },
  }));
  await client.query('BEGIN');
  await client.query(`DECLARE orders NO SCROLL CURSOR FOR ${select}`);
  let written = 0;
  for (;;) {
    const fetched = await client.query<Record<string, unknown>>(`FETCH ${FETCH} FROM orders`);
    for (const row of fetched.rows) sheet.addRow(row).commit();
    written += fetched.rows.length;
    if (fetched.rows.length < FETCH) break;
  }
  await workbook.commit();
  await client.end();
  return { rows: written, bytes: 0 };
});
