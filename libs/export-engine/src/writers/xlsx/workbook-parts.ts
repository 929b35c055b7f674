import { columnLetters } from './cell-openings';
import { xmlAttribute } from './cell-values';

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
export const MAIN_NAMESPACE = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

export interface FinishedSheet {
  readonly name: string;
  /** Number of its part. */
  readonly part: number;
  /** Columns and rows, header included, that its filter spans; null without a filter. */
  readonly filter: { readonly columns: number; readonly rows: number } | null;
}

/** Path of a sheet's part, counted from 1. */
export function sheetPart(number: number): string {
  return `xl/worksheets/sheet${number}.xml`;
}

/** The package's own relationships, `_rels/.rels` (ECMA-376 part 2, 6.5). */
export function packageRelationships(): string {
  return relationships([['officeDocument', 'xl/workbook.xml']]);
}

/** `xl/_rels/workbook.xml.rels`: the sheets in the order of their parts, then the styles. */
export function workbookRelationships(sheets: number): string {
  const targets = Array.from(
    { length: sheets },
    (_, index) => ['worksheet', `worksheets/sheet${index + 1}.xml`] as const,
  );
  return relationships([...targets, ['styles', 'styles.xml']]);
}

/** `[Content_Types].xml` (ECMA-376 part 2, 6.2.3). */
export function contentTypes(sheets: number): string {
  const overrides = [
    ['xl/workbook.xml', 'sheet.main'],
    ...Array.from({ length: sheets }, (_, index) => [sheetPart(index + 1), 'worksheet'] as const),
    ['xl/styles.xml', 'styles'],
  ].map(([part, type]) => `<Override PartName="/${part}" ContentType="${TYPE}.${type}+xml"/>`);
  return (
    `${XML_DECLARATION}<Types xmlns="${PACKAGE}/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    `<Default Extension="xml" ContentType="application/xml"/>${overrides.join('')}</Types>`
  );
}

/** `xl/workbook.xml` (ECMA-376 part 1, 18.2.27), with the sheets in the order in which people see them. */
export function workbook(sheets: readonly FinishedSheet[]): string {
  const names = sheets.map(
    ({ name, part }) => `<sheet name="${xmlAttribute(name)}" sheetId="${part}" r:id="rId${part}"/>`,
  );
  // Excel keeps the range of a filter under this name too.
  const filters = sheets.flatMap(({ name, filter }, index) =>
    filter
      ? [
          `<definedName name="_xlnm._FilterDatabase" localSheetId="${index}" hidden="1">` +
            `${xmlAttribute(`'${name.replaceAll("'", "''")}'`)}!$A$1:$${columnLetters(filter.columns - 1)}$${filter.rows}</definedName>`,
        ]
      : [],
  );
  return (
    `${XML_DECLARATION}<workbook xmlns="${MAIN_NAMESPACE}" xmlns:r="${RELATIONSHIPS}">` +
    `<bookViews><workbookView/></bookViews><sheets>${names.join('')}</sheets>` +
    (filters.length > 0 ? `<definedNames>${filters.join('')}</definedNames>` : '') +
    '</workbook>'
  );
}

function relationships(targets: readonly (readonly [type: string, target: string])[]): string {
  const entries = targets.map(
    ([type, target], index) =>
      `<Relationship Id="rId${index + 1}" Type="${RELATIONSHIPS}/${type}" Target="${target}"/>`,
  );
  return `${XML_DECLARATION}<Relationships xmlns="${PACKAGE}/relationships">${entries.join('')}</Relationships>`;
}
