import type { DataType } from './data-type';
import { parseFormat } from './format-pattern';

it('reads boolean formats', () => {
  expect(parseFormat('boolean', 'Yes/No')).toEqual({
    ok: true,
    format: { type: 'boolean', trueText: 'Yes', falseText: 'No' },
  });
});

it.each([
  ['[h]', ['h']],
  ['[h]:mm', ['h', 'm']],
  ['[h]:mm:ss', ['h', 'm', 's']],
  ['[h]:mm:ss.SSS', ['h', 'm', 's', 'SSS']],
  ['[m]', ['m']],
  ['[m]:ss', ['m', 's']],
  ['[m]:ss.SSS', ['m', 's', 'SSS']],
  ['[s]', ['s']],
  ['[s].SSS', ['s', 'SSS']],
])('reads the duration format %s', (pattern, units) => {
  expect(parseFormat('duration', pattern)).toEqual({ ok: true, format: { type: 'duration', units } });
});

it.each<[DataType, string]>([
  ['duration', ''],
  ['duration', 'h:mm'],
  ['duration', '[h]:ss'],
  ['duration', '[m]:mm'],
  ['duration', '[h]:mm:ss,SSS'],
  ['duration', 'toString'],
  ['boolean', 'Yes'],
  ['boolean', 'Yes/'],
  ['boolean', '/No'],
  ['boolean', 'Y/N/?'],
  ['boolean', 'X/X'],
  ['boolean', 'Y\u0000/N'],
  ['string', '0'],
  ['uuid', '0'],
  ['json', '0'],
  ['array', '0'],
  ['date', `'${'x'.repeat(99)}'dd`],
])('refuses for %s the format %j', (type, pattern) => {
  expect(parseFormat(type, pattern)).toEqual({ ok: false, problem: expect.stringMatching(/\.$/) });
});
