import { xmlAttribute } from './cell-values';
import { MAIN_NAMESPACE, XML_DECLARATION } from './workbook-parts';

/** Index of the bold style in every style sheet made here; 0 is the plain one. */
export const HEADER_STYLE = 1;
const FIRST_FORMAT_STYLE = 2;
/** Ids below are built into Excel (ECMA-376 part 1, 18.8.30). */
const FIRST_FORMAT_ID = 164;

/** The styles of a workbook: plain, bold, and one for each number format (ECMA-376 part 1, 18.8). */
export class Styles {
  private readonly formats: readonly string[];

  /** @param numberFormats of the columns; null for the general one */
  constructor(readonly numberFormats: readonly (string | null)[]) {
    this.formats = [...new Set(numberFormats.filter((format) => format !== null))];
  }

  /** For each column the index of its cells' style. */
  get ofColumns(): readonly number[] {
    return this.numberFormats.map((format) =>
      format === null ? 0 : FIRST_FORMAT_STYLE + this.formats.indexOf(format),
    );
  }

  xml(): string {
    const { formats } = this;
    const numFmts = formats.map(
      (code, index) => `<numFmt numFmtId="${FIRST_FORMAT_ID + index}" formatCode="${xmlAttribute(code)}"/>`,
    );
    const xfs = formats.map(
      (_code, index) =>
        `<xf numFmtId="${FIRST_FORMAT_ID + index}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`,
    );
    const font = '<sz val="11"/><name val="Calibri"/><family val="2"/>';
    return (
      `${XML_DECLARATION}<styleSheet xmlns="${MAIN_NAMESPACE}">` +
      (formats.length > 0 ? `<numFmts count="${formats.length}">${numFmts.join('')}</numFmts>` : '') +
      `<fonts count="2"><font>${font}</font><font><b/>${font}</font></fonts>` +
      // Excel takes the first two fills for its own, whatever they say.
      '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
      '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
      '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
      `<cellXfs count="${FIRST_FORMAT_STYLE + formats.length}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
      '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>' +
      `${xfs.join('')}</cellXfs>` +
      '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    );
  }
}
