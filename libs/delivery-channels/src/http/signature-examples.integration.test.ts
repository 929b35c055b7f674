import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '#platform';
import { hasPython } from '../testing/smtp-sink';
import { signatureOf } from './signature';

const page = readFileSync(join(packageRoot(), 'docs', 'reference', 'delivery-channels.md'), 'utf8');
const exampleIn = (language: string): string => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';

const SECRET = 'whsec-0123456789äöü';
const BODY = '{"template":"Verspätete Flüge"}';
const AT = 1_764_115_200;

/** What the example says of a header and body, some time after they were signed. */
type Verify = (header: string, body: string, nowSeconds: number) => boolean;

const node: Verify = (header, body, nowSeconds) => {
  const call = `console.log(isGenuine(...${JSON.stringify([SECRET, header])}, Buffer.from(${JSON.stringify(body)}), ${nowSeconds}))`;
  return (
    spawnSync(process.execPath, ['-e', `${exampleIn('js')}\n${call}`], { encoding: 'utf8' }).stdout.trim() === 'true'
  );
};
const python: Verify = (header, body, nowSeconds) => {
  const call = `import json, sys\nprint(is_genuine(*json.loads(sys.argv[1]), json.loads(sys.argv[2]).encode(), ${nowSeconds}))`;
  const args = ['-c', `${exampleIn('python')}\n${call}`, JSON.stringify([SECRET, header]), JSON.stringify(body)];
  return spawnSync('python3', args, { encoding: 'utf8' }).stdout.trim() === 'True';
};

if (!hasPython()) process.stderr.write('THE EXAMPLE IN PYTHON DID NOT RUN: python3 is not in the PATH.\n');

describe.each([['Node', node, true] as const, ['Python', python, hasPython()] as const])(
  'the example in %s of docs/reference/delivery-channels.md',
  (_language, verify, isThere) => {
    (isThere ? it : it.skip)('knows a genuine body from others', async () => {
      const header = await signatureOf(SECRET, AT, [Buffer.from(BODY)]);
      expect(verify(header, BODY, AT)).toBe(true);
      expect(verify(header, BODY, AT + 300)).toBe(true);
      expect(verify(header, BODY, AT + 301)).toBe(false);
      expect(verify(header, `${BODY} `, AT)).toBe(false);
      expect(verify(header.replace(`t=${AT}`, `t=${AT + 1}`), BODY, AT)).toBe(false);
      expect(verify('v1=abc', BODY, AT)).toBe(false);
    });
  },
);
