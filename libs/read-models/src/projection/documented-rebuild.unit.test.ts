import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { READ_MODEL_TABLES } from '../testing/apply';

it('the guide empties every table before a rebuild, and no other', () => {
  const guide = readFileSync(join(__dirname, '../../../../docs/guides/operate.md'), 'utf8');
  const [, emptied = ''] = /^TRUNCATE ([^;]+);$/m.exec(guide) ?? [];
  const tables = READ_MODEL_TABLES.map((table) => `read_model.${table}`);
  expect(emptied.split(/,\s+/).sort()).toEqual(tables.sort());
});
