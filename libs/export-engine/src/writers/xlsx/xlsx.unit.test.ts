import { Readable } from 'node:stream';
import { Workbook, type Worksheet } from 'exceljs';
import { DEFAULT_XLSX, type DataType } from '#domain';
import { MemorySink } from '../../testing/memory-sink';
import { readZip } from '../../testing/read-zip';
import { writeWorkbook, type WorkbookJob } from '../../testing/write-workbook';

const column = (header: string, dataType: DataType, numberFormat: string | null = null) => ({
  header,
  dataType,
  numberFormat,
});

async function writtenOf(text: string, more: Partial<WorkbookJob> = {}) {
  const sink = new MemorySink();
  const written = await writeWorkbook(
    {
      source: Readable.from([Buffer.from(text)]),
      columns: [column('id', 'integer')],
      options: DEFAULT_XLSX,
      ...more,
    },
    sink,
  );
  return { written, bytes: sink.bytes };
}

async function workbookOf(text: string, more: Partial<WorkbookJob> = {}) {
  const { written, bytes } = await writtenOf(text, more);
  const workbook = new Workbook();
  await workbook.xlsx.load(bytes as unknown as Parameters<typeof workbook.xlsx.load>[0]);
  return { written, workbook, bytes };
}

const idsOf = (sheet: Worksheet): unknown[] => (sheet.getColumn(1).values as unknown[]).slice(2);
const partOf = (bytes: Buffer, name: string): string =>
  readZip(bytes)
    .find((entry) => entry.name === name)!
    .bytes.toString();

describe('XlsxWriter', () => {
  it('has every part that a workbook needs', async () => {
    const { bytes } = await workbookOf('1\n');
    expect(readZip(bytes).map(({ name }) => name)).toEqual([
      '_rels/.rels',
      'xl/styles.xml',
      'xl/worksheets/sheet1.xml',
      'xl/workbook.xml',
      'xl/_rels/workbook.xml.rels',
      '[Content_Types].xml',
    ]);
    expect(partOf(bytes, 'xl/worksheets/sheet1.xml')).toBe(
      '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>' +
        '<sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' +
        '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>' +
        '<sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="1" width="12" style="0" customWidth="1"/></cols>' +
        '<sheetData><row r="1"><c r="A1" s="1" t="inlineStr"><is><t xml:space="preserve">id</t></is></c></row>' +
        '<row r="2"><c r="A2"><v>1</v></c></row></sheetData><autoFilter ref="A1:A2"/></worksheet>',
    );
    expect(partOf(bytes, 'xl/workbook.xml')).toContain(
      '<sheets><sheet name="Report" sheetId="1" r:id="rId1"/></sheets><definedNames>' +
        `<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">'Report'!$A$1:$A$2</definedName></definedNames>`,
    );
  });

  it('names every sheet where a package has to', async () => {
    const { bytes } = await workbookOf('1\n2\n', { rowsPerSheet: 1 });
    const types = partOf(bytes, '[Content_Types].xml');
    const relationships = partOf(bytes, 'xl/_rels/workbook.xml.rels');
    for (const sheet of ['sheet1', 'sheet2']) {
      expect(types).toContain(
        `<Override PartName="/xl/worksheets/${sheet}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`,
      );
      expect(relationships).toContain(`Target="worksheets/${sheet}.xml"`);
    }
    expect(relationships).toContain(
      '<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>',
    );
  });

  it('gives columns their formats and widths, and the header its look', async () => {
    const { workbook } = await workbookOf('1.5\t2026-11-23\t2.5\t07:30:00\n', {
      columns: [
        column('amount', 'decimal', '#,##0.00'),
        column('d'.repeat(100), 'date', 'dd"."mm"."yyyy'),
        column('a wide amount', 'decimal', '#,##0.00'),
        column('clock', 'time'),
      ],
    });
    const sheet = workbook.worksheets[0]!;
    expect(['A2', 'B2', 'C2', 'D2'].map((cell) => sheet.getCell(cell).numFmt)).toEqual([
      '#,##0.00',
      'dd"."mm"."yyyy',
      '#,##0.00',
      undefined,
    ]);
    expect([1, 2, 3].map((index) => sheet.getColumn(index).width)).toEqual([14, 60, 15]);
    expect(sheet.getCell('A1').font.bold).toBe(true);
    expect(sheet.getCell('A2').font.bold).toBeUndefined();
    expect(sheet.views[0]).toMatchObject({ state: 'frozen', ySplit: 1 });
    expect(sheet.autoFilter).toBe('A1:D2');
  });

  it('leaves out what is not wanted', async () => {
    const { workbook, bytes } = await workbookOf('1\n', {
      options: { ...DEFAULT_XLSX, freezeHeader: false, autoFilter: false },
    });
    expect(workbook.worksheets[0]!.views).toMatchObject([{ state: 'normal' }]);
    expect(workbook.worksheets[0]!.autoFilter).toBeUndefined();
    expect(partOf(bytes, 'xl/workbook.xml')).not.toContain('definedName');
  });

  it('cleans headers and names, and escapes them', async () => {
    const { workbook, bytes } = await workbookOf('1\t2\n', {
      columns: [column('half \ud83d "<&>"\u0007', 'integer'), column(' = ', 'integer')],
      options: { ...DEFAULT_XLSX, sheetName: `R&D "x" it's` },
    });
    const sheet = workbook.getWorksheet(`R&D "x" it's`)!;
    expect((sheet.getRow(1).values as unknown[]).slice(1)).toEqual(['half \ufffd "<&>"', ' = ']);
    expect(partOf(bytes, 'xl/workbook.xml')).toContain(`>'R&amp;D &quot;x&quot; it''s'!$A$1:$B$2<`);
  });

  it('is a workbook without rows, and without columns', async () => {
    const { workbook, written } = await workbookOf('');
    expect(workbook.worksheets[0]!.rowCount).toBe(1);
    expect(written).toEqual({ warnings: [], sheets: [{ name: 'Report', fromRow: 1, toRow: 0 }] });
    expect((await workbookOf('\n', { columns: [] })).written.sheets).toMatchObject([{ toRow: 1 }]);
  });

  it('is the same file for the same rows, wherever the input is cut', async () => {
    const text = Array.from({ length: 3000 }, (_, row) => `${row}\n`).join('');
    const { bytes } = await workbookOf(text);
    const source = Readable.from(text.match(/[^]{1,7}/g)!.map((piece) => Buffer.from(piece)));
    expect((await workbookOf(text, { source })).bytes.equals(bytes)).toBe(true);
  });

  it('loses no row of many blocks, which are used again and again', async () => {
    const ids = Array.from({ length: 100_000 }, (_, row) => row);
    const { bytes } = await writtenOf(ids.map((id) => `${id}\n`).join(''));
    const sheet = partOf(bytes, 'xl/worksheets/sheet1.xml');
    const rows = ids.map((id) => `<row r="${id + 2}"><c r="A${id + 2}"><v>${id}</v></c></row>`).join('');
    expect(Buffer.byteLength(rows)).toBeGreaterThan(6 * 512 * 1024);
    expect(sheet.slice(sheet.indexOf('<row r="2">'), sheet.indexOf('</sheetData>')) === rows).toBe(true);
  });
});

describe('rows of several sheets', () => {
  const seven = '1\n2\n3\n4\n5\n6\n7\n';

  it('are on sheets that are whole ones each', async () => {
    const { workbook, written } = await workbookOf(seven, { rowsPerSheet: 3 });
    expect(workbook.worksheets.map(({ name }) => name)).toEqual(['Report', 'Report (2)', 'Report (3)']);
    expect(workbook.worksheets.map(idsOf)).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
    expect(workbook.worksheets.map(({ autoFilter }) => autoFilter)).toEqual(['A1:A4', 'A1:A4', 'A1:A2']);
    for (const sheet of workbook.worksheets) {
      expect(sheet.getCell('A1')).toMatchObject({ value: 'id', font: { bold: true } });
      expect(sheet.views[0]).toMatchObject({ state: 'frozen' });
    }
    expect(written).toMatchObject({
      sheets: [
        { name: 'Report', fromRow: 1, toRow: 3 },
        { name: 'Report (2)', fromRow: 4, toRow: 6 },
        { name: 'Report (3)', fromRow: 7, toRow: 7 },
      ],
    });
  });
});
