/** What a person who has just started the server needs to know. */
export interface BannerFacts {
  readonly url: string;
  readonly dataDir: string;
  readonly username: string;
  /** Only on the first start: afterwards it may have been changed. */
  readonly password: string | null;
  readonly credentialsFile: string | null;
  readonly samples: boolean;
  readonly seconds: number;
}

export function banner(facts: BannerFacts): string {
  const signIn = facts.password
    ? `user ${facts.username}, password ${facts.password}  (kept in ${String(facts.credentialsFile)})`
    : `user ${facts.username}${facts.credentialsFile ? `, password in ${facts.credentialsFile}` : ''}`;
  const tries = [
    ...(facts.samples ? ['npm run demo                 in a second terminal: the whole flow, step by step'] : []),
    `${facts.url}/docs    every request of the API, to try in the browser`,
    `curl -s ${facts.url}/v1/sessions -H 'content-type: application/json' -d '{"username":"${facts.username}","password":"…"}'`,
    ...(facts.samples ? [] : ['DATA_SOURCES=\'{"sales":"postgres://…"}\' npm start    reports over your own database']),
  ];
  return [
    '',
    `  Report scheduler is up after ${facts.seconds.toFixed(1)} s:  ${facts.url}`,
    '',
    `  Sign in    ${signIn}`,
    `  Data       ${facts.dataDir}`,
    '',
    '  Three things to try next',
    ...tries.slice(0, 3).map((line, index) => `    ${index + 1}. ${line}`),
    ...(facts.samples
      ? ['', '  The sample schedule makes a report every minute: watch for "job completed" below.']
      : []),
    '',
    '  Ctrl-C stops everything.',
    '',
    '',
  ].join('\n');
}
