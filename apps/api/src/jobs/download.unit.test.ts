import { readRange } from './byte-range';
import { attachment } from './content-disposition';

describe('a range', () => {
  it.each([
    [undefined, { kind: 'whole' }],
    ['bytes=0-', { kind: 'part', start: 0, end: 99 }],
    ['bytes=10-19', { kind: 'part', start: 10, end: 19 }],
    ['bytes=90-500', { kind: 'part', start: 90, end: 99 }],
    ['bytes=-30', { kind: 'part', start: 70, end: 99 }],
    ['bytes=-500', { kind: 'part', start: 0, end: 99 }],
    ['bytes=100-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=5-3', { kind: 'whole' }],
    ['bytes=0-1,5-6', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['rows=0-1', { kind: 'whole' }],
  ])('%j of 100 bytes is %j', (header, expected) => {
    expect(readRange(header, 100)).toEqual(expected);
  });

  it('of an empty file cannot be given', () => {
    expect(readRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' });
  });
});

describe('the name of a download', () => {
  it.each([
    ['report.csv', `attachment; filename="report.csv"; filename*=UTF-8''report.csv`],
    [
      'a"b\\c\r\nX-Evil: 1.csv',
      `attachment; filename="a_b_c__X-Evil: 1.csv"; filename*=UTF-8''a%22b%5Cc%0D%0AX-Evil%3A%201.csv`,
    ],
    ["it's (50%)*.csv", `attachment; filename="it's (50_)*.csv"; filename*=UTF-8''it%27s%20%2850%25%29%2A.csv`],
    [
      'Übersicht 日本.csv',
      `attachment; filename="Ubersicht __.csv"; filename*=UTF-8''%C3%9Cbersicht%20%E6%97%A5%E6%9C%AC.csv`,
    ],
  ])('%j cannot leave its quotes', (name, expected) => {
    expect(attachment(name)).toBe(expected);
  });
});
