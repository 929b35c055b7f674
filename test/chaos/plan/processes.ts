/** How many processes of each app the suite runs, over one PostgreSQL and one folder of files. */
const INSTANCES = { api: 2, scheduler: 2, projector: 2, exporter: 2, notifier: 1 } as const;

export type App = keyof typeof INSTANCES;
/** Such as `exporter.2`. */
export type ProcessName = `${App}.${number}`;

const APPS = Object.keys(INSTANCES) as readonly App[];

export const PROCESSES: readonly ProcessName[] = APPS.flatMap(processesOf);

export function processesOf(app: App): readonly ProcessName[] {
  return Array.from({ length: INSTANCES[app] }, (_, index): ProcessName => `${app}.${index + 1}`);
}

export function appOf(name: ProcessName): App {
  const app = APPS.find((known) => name.startsWith(`${known}.`));
  if (app === undefined) throw new Error(`${name} belongs to no app`);
  return app;
}
