import { instantInput } from './fields';

it.each([
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ['9999-12-31T23:59:59.9994+14:00', '9999-12-31T09:59:59.999Z'],
])('takes the time %s', (text, kept) => expect(instantInput.parse(text)).toBe(kept));

it.each(['0000-06-01T00:00:00Z', '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-14:00'])(
  'refuses %s, which PostgreSQL cannot read',
  (text) =>
    expect(instantInput.safeParse(text).error?.issues).toMatchObject([
      { message: expect.stringContaining('such as 2026') as string },
    ]),
);
