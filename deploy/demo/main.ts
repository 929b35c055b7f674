import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '#platform';
import { defaultDataDir } from '../postgres';
import { ApiClient } from './api-client';
import { Narrator } from './narrator';
import { findOrStartServer } from './server';
import { Tour } from './tour';

/** `npm run demo`: the main job from end to end, against a running server or one of its own. */
async function main(): Promise<void> {
  const tell = new Narrator((text) => void process.stdout.write(text), process.stdout.isTTY);
  const server = await findOrStartServer(Number(process.env.PORT ?? 3000), (line) => tell.say(line));
  try {
    const api = await signIn(server.url);
    const files = await new Tour(api, tell, mkdtempSync(join(tmpdir(), 'report-scheduler-demo-'))).walk();
    tell.step('The files');
    tell.say(`CSV   ${files.csv}`);
    tell.say(`XLSX  ${files.xlsx}`);
    tell.say('');
  } finally {
    await server.stop();
  }
}

/** With `DEMO_USERNAME` and `DEMO_PASSWORD`, else with the credentials that the first start wrote. */
function signIn(url: string): Promise<ApiClient> {
  const { DEMO_USERNAME, DEMO_PASSWORD } = process.env;
  if (DEMO_USERNAME && DEMO_PASSWORD) return ApiClient.signIn(url, DEMO_USERNAME, DEMO_PASSWORD);
  const dataDir = defaultDataDir({ DATA_DIR: process.env.DATA_DIR }, packageRoot());
  if (!existsSync(join(dataDir, 'credentials'))) {
    throw new Error(
      `No credentials in ${dataDir}. Set DATA_DIR as for the server, or DEMO_USERNAME and DEMO_PASSWORD.`,
    );
  }
  return ApiClient.signInAsAdmin(url, dataDir);
}

main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
