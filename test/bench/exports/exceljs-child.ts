import * as excel from 'exceljs';
import { Client } from 'pg';
import { serveJob } from '../harness/measured-child';
import { COLUMNS, selectFlights } from './flights';
import type { Exported } from './our-export-child';

export interface ExceljsJob {
  readonly url: string;
  /** Path of the workbook. */
  readonly path: string;
  readonly rows: number;
}

/** Rows that are fetched from the cursor at a time. */
const FETCH = 10_000;

/** As a developer would write it who knows both libraries: a cursor, and the streaming writer fed row by row. */
serveJob(async ({ url, path, rows }: ExceljsJob): Promise<Exported> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  const workbook = new excel.stream.xlsx.WorkbookWriter({ filename: path, useStyles: true });
  const sheet = workbook.addWorksheet('Flights');
  sheet.columns = COLUMNS.map((name) => ({
    header: name,
    key: name,
    style: name === 'date' ? { numFmt: 'yyyy-mm-dd hh:mm:ss' } : {},
  }));
  await client.query('BEGIN');
  await client.query(`DECLARE flights NO SCROLL CURSOR FOR ${selectFlights(rows)}`);
  let written = 0;
  for (;;) {
    const fetched = await client.query<Record<string, unknown>>(`FETCH ${FETCH} FROM flights`);
    for (const row of fetched.rows) sheet.addRow(row).commit();
    written += fetched.rows.length;
    if (fetched.rows.length < FETCH) break;
  }
  await workbook.commit();
  await client.end();
  return { rows: written, bytes: 0 };
});
