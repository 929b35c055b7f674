import { HEADER_STYLE } from './styles';
import { cellXml, cutToCell, printable } from './cell-values';
import { MAIN_NAMESPACE, XML_DECLARATION } from './workbook-parts';

/** What the sheet before the rows is called, unless one of theirs is. */
export const COVER_SHEET_NAME = 'About';

/** Characters of its two columns. */
const LABEL_WIDTH = 20;
const TEXT_WIDTH = 80;

/** A sheet of two columns of text, the first one bold. It is the one that is seen when the workbook is opened. */
export function coverSheetXml(lines: readonly (readonly [label: string, text: string])[]): string {
  const rows = lines.map(([label, text], index) => {
    const row = index + 1;
    return `<row r="${row}">${textCell(`A${row}`, label, HEADER_STYLE)}${textCell(`B${row}`, text, 0)}</row>`;
  });
  return (
    `${XML_DECLARATION}<worksheet xmlns="${MAIN_NAMESPACE}">` +
    '<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/>' +
    `<cols><col min="1" max="1" width="${LABEL_WIDTH}" customWidth="1"/><col min="2" max="2" width="${TEXT_WIDTH}" customWidth="1"/></cols>` +
    `<sheetData>${rows.join('')}</sheetData></worksheet>`
  );
}

function textCell(reference: string, text: string, style: number): string {
  const value = cellXml(cutToCell(printable(text)));
  return `<c r="${reference}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${value}</t></is></c>`;
}
