import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEMS } from '../http/problem-codes';
import { OPERATIONS } from './operations';

const page = readFileSync(join(__dirname, '../../../../docs/reference/api.md'), 'utf8');

const WHO = { public: '–', user: 'u', admin: 'a' } as const;
const IF_MATCH = { ignored: '', honoured: 'M', required: 'M!' } as const;

it('every route is documented, with who may and which headers it takes', () => {
  const documented = [
    ...page.matchAll(/^\| `((?:GET|POST|PUT) \S+)` +\|.+\| (\S) +\| (C?) +\| (M?!?) +\| (W?) +\|$/gm),
  ].map(([, ...cells]) => cells.join(' '));
  const handled = OPERATIONS.map(({ method, path, access, command, ifMatch, waits }) =>
    [`${method.toUpperCase()} ${path}`, WHO[access], command ? 'C' : '', IF_MATCH[ifMatch], waits ? 'W' : ''].join(' '),
  );
  expect(documented.sort()).toEqual(handled.sort());
});

it('every code of a problem is documented, with status and title', () => {
  const documented = [...page.matchAll(/^\| `([a-z_.]+)` +\| (\d{3}) +\| (.+?) +\|$/gm)].map(
    ([, code, status, title]) => [code, { status: Number(status), title }] as const,
  );
  expect(Object.fromEntries(documented)).toEqual(PROBLEMS);
});
