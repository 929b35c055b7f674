import { nextSheetName, sheetNameOf } from './sheet-names';

describe('nextSheetName', () => {
  it.each([
    ['Report', [], 'Report'],
    ['Report', ['Report'], 'Report (2)'],
    ['Report', ['REPORT', 'report (2)'], 'Report (3)'],
    ['Report (2)', ['Report (2)'], 'Report (2) (2)'],
    ['x'.repeat(31), ['x'.repeat(31)], `${'x'.repeat(27)} (2)`],
    [`${'x'.repeat(26)}😀xxx`, [`${'x'.repeat(26)}😀xxx`], `${'x'.repeat(26)} (2)`],
  ])('%s beside %j', (base, taken, name) => expect(nextSheetName(base, taken)).toBe(name));

  it('never goes beyond what Excel takes', () => {
    const taken: string[] = [];
    for (let count = 0; count < 120; count++) taken.push(nextSheetName('y'.repeat(31), taken));
    expect(new Set(taken).size).toBe(120);
    expect(Math.max(...taken.map((name) => name.length))).toBe(31);
  });
});

describe('sheetNameOf', () => {
  it.each([
    ['North', 'North'],
    [null, '(empty)'],
    [' ', '(empty)'],
    ['a[b]c:d*e?f/g\\h', 'a_b_c_d_e_f_g_h'],
    ["'quoted'", '_quoted_'],
    ['HISTORY', 'HISTORY_'],
    ['a\nb\u0000c', 'a b c'],
    ['x'.repeat(40), 'x'.repeat(31)],
    [`${'x'.repeat(30)}😀`, 'x'.repeat(30)],
    ['\ud800', '\ufffd'],
  ])('makes a name of %j', (value, name) => expect(sheetNameOf(value)).toBe(name));
});
