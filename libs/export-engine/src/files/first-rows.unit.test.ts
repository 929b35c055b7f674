import { firstRows } from './first-rows';

const cut = (text: string, rows: number, bytes = Infinity, layout: 'text' | 'csv' = 'text') =>
  firstRows(Buffer.from(text), { rows, bytes }, layout);

describe('firstRows', () => {
  it('takes as many rows as there is room for', () => {
    expect(cut('a\nbb\nccc\n', 2)).toEqual({ end: 5, count: 2 });
    expect(cut('a\nbb\nccc\n', 9)).toEqual({ end: 9, count: 3 });
  });

  it('takes as many bytes as there is room for, and whole rows', () => {
    expect(cut('a\nbb\nccc\n', 9, 5)).toEqual({ end: 5, count: 2 });
    expect(cut('a\nbb\nccc\n', 9, 8)).toEqual({ end: 5, count: 2 });
    expect(cut('a\nbb\nccc\n', 1, 8)).toEqual({ end: 2, count: 1 });
  });

  it('takes a row that is larger than any room', () => {
    expect(cut('aaaaaaaa\nb\n', 9, 3)).toEqual({ end: 9, count: 1 });
  });

  it('sees line feeds that are part of a value', () => {
    expect(cut('"a\n""b\n",1\n"c\n"\n', 1, Infinity, 'csv')).toEqual({ end: 11, count: 1 });
    expect(cut('"a\n",1\n2\n', 2, 8, 'csv')).toEqual({ end: 7, count: 1 });
  });
});
