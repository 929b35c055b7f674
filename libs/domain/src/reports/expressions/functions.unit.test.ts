import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTIONS } from './functions';

it('every function stands in the documentation', () => {
  const page = readFileSync(join(__dirname, '../../../../../docs/concepts/templates.md'), 'utf8');
  const missing = Object.keys(FUNCTIONS).filter((name) => !page.includes(`\`${name}(`));
  expect(missing).toEqual([]);
});
