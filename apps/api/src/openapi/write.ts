import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { openApiDocument } from './document';

/** Writes `schemas/openapi.json`; with `--check`, ends with 1 when the file differs from what the code says. */
function main(args: readonly string[]): void {
  const path = join(rootFolder(), 'schemas', 'openapi.json');
  const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`;
  const name = relative(process.cwd(), path);
  if (!args.includes('--check')) {
    writeFileSync(path, text);
    process.stdout.write(`wrote ${name}\n`);
    return;
  }
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  process.stderr.write(`${name} is not what the API is: run "npm run openapi" and commit it.\n`);
  process.exitCode = 1;
}

function rootFolder(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

main(process.argv.slice(2));
