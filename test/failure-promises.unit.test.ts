import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const repository = join(__dirname, '..');
const page = readFileSync(join(repository, 'docs/reference/failure-promises.md'), 'utf8');
/** Promise, name of a test, and its file. */
const promises = [...page.matchAll(/^\| (“.+”) +\| (.+?) +\| `(.+)` +\|$/gm)].map(
  ([, promise, name, file]) => [promise!, name!, file!] as const,
);

it('each row of the page is read', () => {
  const [, , ...rows] = page.split('\n').filter((line) => line.startsWith('|'));
  expect(promises).toHaveLength(rows.length);
});

it.each(promises)('%s is held up by the test: %s', (_, name, file) => {
  const source = readFileSync(join(repository, file), 'utf8');
  // The title of a test, or the row of a table that fills one in.
  const titles = [...source.matchAll(/[[(,]\s*'([^'\n]+)'/g)].map(([, title]) => title);
  expect(titles).toContain(name);
});
