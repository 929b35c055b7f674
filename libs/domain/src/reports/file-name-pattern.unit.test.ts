import { readFileNamePattern } from './file-name-pattern';

const problemOf = (pattern: string) => {
  const reading = readFileNamePattern(pattern);
  return reading.ok ? null : reading.problem;
};

describe('a pattern of file names', () => {
  it('is cut up into text and placeholders', () => {
    expect(readFileNamePattern('{template}_{part}-of-{parts} 🛫')).toEqual({
      ok: true,
      pieces: [
        { type: 'placeholder', name: 'template' },
        { type: 'text', text: '_' },
        { type: 'placeholder', name: 'part' },
        { type: 'text', text: '-of-' },
        { type: 'placeholder', name: 'parts' },
        { type: 'text', text: ' 🛫' },
      ],
    });
  });

  it.each(['CON', '..', 'Report', '{date}T{time}', '{value}', '東京 {date}', 'x'.repeat(150)])('may be %j', (pattern) =>
    expect(problemOf(pattern)).toBeNull(),
  );

  it.each([
    ['', 'is empty; null stands for the usual name'],
    [' \t', 'is empty; null stands for the usual name'],
    ['x'.repeat(300), 'has more than 150 characters'],
    ['../../x', 'must contain none of / \\ : * ? " < > | and no control character'],
    ['C:x', 'must contain none of / \\ : * ? " < > | and no control character'],
    ['a\nb', 'must contain none of / \\ : * ? " < > | and no control character'],
    ['a\0', 'contains a NUL character'],
    ['\ud83d', 'contains half of a character (a lone surrogate)'],
  ])('must not be %j', (pattern, problem) => expect(problemOf(pattern)).toBe(problem));

  it('names the placeholders that there are where it has another', () => {
    const list = 'There are: {template}, {date}, {time}, {part}, {parts}, {value}';
    expect(problemOf('{template}_{region}')).toBe(`has the unknown placeholder {region}. ${list}`);
    expect(problemOf('{}')).toBe(`has the unknown placeholder {}. ${list}`);
    expect(problemOf('{Template}')).toBe(`has the unknown placeholder {Template}. ${list}`);
    for (const pattern of ['{date', 'date}', '{{date}}']) {
      expect(problemOf(pattern)).toBe(`has a brace that belongs to no placeholder. ${list}`);
    }
  });
});
