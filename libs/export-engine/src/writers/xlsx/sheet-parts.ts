import type { XlsxOptions } from '#domain';
import { columnLetters } from './cell-openings';
import { cellXml, cutToCell, printable } from './cell-values';
import { columnWidth } from './column-width';
import { HEADER_STYLE, type Styles } from './styles';
import { MAIN_NAMESPACE, XML_DECLARATION, type FinishedSheet } from './workbook-parts';

/** Everything of a sheet before its rows, header row included (ECMA-376 part 1, 18.3.1.99). */
export function sheetBeginning(
  headers: readonly string[],
  styles: Styles,
  options: Pick<XlsxOptions, 'freezeHeader'>,
  isSeenFirst: boolean,
): string {
  const texts = headers.map((header) => cutToCell(printable(header)));
  const pane = options.freezeHeader
    ? '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" activeCell="A2" sqref="A2"/>'
    : '';
  return (
    `${XML_DECLARATION}<worksheet xmlns="${MAIN_NAMESPACE}">` +
    `<sheetViews><sheetView${isSeenFirst ? ' tabSelected="1"' : ''} workbookViewId="0">${pane}</sheetView></sheetViews>` +
    `<sheetFormatPr defaultRowHeight="15"/>${columns(texts, styles)}<sheetData>${headerRow(texts)}`
  );
}

/** Everything behind the rows. */
export function sheetEnd(filter: FinishedSheet['filter']): string {
  const range = filter && `A1:${columnLetters(filter.columns - 1)}${filter.rows}`;
  return `</sheetData>${range ? `<autoFilter ref="${range}"/>` : ''}</worksheet>`;
}

function columns(headers: readonly string[], styles: Styles): string {
  if (headers.length === 0) return '';
  const entries = headers.map((header, index) => {
    const width = columnWidth(header, styles.numberFormats[index] ?? null);
    const place = `min="${index + 1}" max="${index + 1}"`;
    return `<col ${place} width="${width}" style="${styles.ofColumns[index] ?? 0}" customWidth="1"/>`;
  });
  return `<cols>${entries.join('')}</cols>`;
}

function headerRow(headers: readonly string[]): string {
  const cells = headers.map(
    (header, index) =>
      `<c r="${columnLetters(index)}1" s="${HEADER_STYLE}" t="inlineStr"><is><t xml:space="preserve">${cellXml(header)}</t></is></c>`,
  );
  return `<row r="1">${cells.join('')}</row>`;
}
