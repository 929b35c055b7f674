import {
  currentDefinition,
  currentFailure,
  currentInput,
  currentOutcome,
  currentSchedule,
  PLAIN_REQUEST,
  type FirstDefinition,
  type FirstFailure,
  type FirstInput,
  type FirstOutcome,
  type FirstSchedule,
} from '#domain';
import type { RecordedEvent } from '#event-sourcing';
import { CURRENT_VERSIONS } from './published/published-events';

/** Makes an event's data of one version into that of the next. Pure, and total over what was ever written. */
export type Upcaster = (data: unknown) => unknown;

/** By event type, then by the version from which the step leads to the next. */
export type Upcasters = Readonly<Record<string, Readonly<Record<number, Upcaster>>>>;

/** Brings an event of an older version up to the one that is written now; a current event comes back as it is. */
export type Upcast = (event: RecordedEvent) => RecordedEvent;

/**
 * @param current the version that is written now, by event type
 * @param upcasters one for each older version. Throws a `RangeError` when one is missing or too many.
 */
export function createUpcast(current: ReadonlyMap<string, number>, upcasters: Upcasters): Upcast {
  requireSteps(current, upcasters);
  return (event) => {
    const wanted = current.get(event.type);
    const { schemaVersion } = event.metadata;
    if (wanted === undefined || schemaVersion === wanted) return event;
    if (schemaVersion > wanted) {
      throw new RangeError(
        `event ${event.id} is ${event.type} in version ${schemaVersion}; this release knows it up to version ${wanted}`,
      );
    }
    let data = event.data;
    for (let version = schemaVersion; version < wanted; version++) {
      const upcaster = upcasters[event.type]?.[version];
      if (!upcaster) throw new RangeError(`${event.type} has no version ${version}`);
      data = upcaster(data);
    }
    return { ...event, data, metadata: { ...event.metadata, schemaVersion: wanted } };
  };
}

function requireSteps(current: ReadonlyMap<string, number>, upcasters: Upcasters): void {
  for (const [type, version] of current) {
    for (let from = 1; from < version; from++) {
      if (!upcasters[type]?.[from]) throw new RangeError(`${type} has no upcaster from version ${from}`);
    }
  }
  for (const [type, steps] of Object.entries(upcasters)) {
    for (const from of Object.keys(steps)) {
      if (Number(from) >= (current.get(type) ?? 0)) throw new RangeError(`nothing follows version ${from} of ${type}`);
    }
  }
}

type Fields = Readonly<Record<string, unknown>>;

const templateContents: Upcaster = (data) => {
  const { definition, ...rest } = data as { readonly definition: FirstDefinition };
  return { ...rest, definition: currentDefinition(definition) };
};
const datasetContents: Upcaster = (data) => {
  const { definition, ...rest } = data as { readonly definition: Fields };
  return { ...rest, definition: { rowLimit: null, query: null, ...definition } };
};

const scheduleContents: Upcaster = (data) => {
  const { definition, ...rest } = data as { readonly definition: FirstSchedule };
  return { ...rest, definition: currentSchedule(definition) };
};

const dataSourceOptions: Upcaster = (data) => {
  const { definition, ...rest } = data as { readonly definition: Fields };
  return { ...rest, definition: { mysql: null, blackouts: [], ...definition } };
};

/** What events of attempts did not tell in their first version. */
const UNKNOWN_FACTS = { worker: null, durationMs: null };

const attemptFailure: Upcaster = (data) => {
  const { failure, ...rest } = data as { readonly failure: FirstFailure };
  return { ...UNKNOWN_FACTS, ...rest, failure: currentFailure(failure) };
};

export const UPCASTERS: Upcasters = {
  TemplateCreated: { 1: templateContents },
  TemplateRevised: { 1: templateContents },
  JobRequested: {
    1: (data) => {
      const { request, ...rest } = data as { readonly request: Fields & { readonly input: FirstInput } };
      return { ...rest, request: { ...request, input: currentInput(request.input) } };
    },
    2: (data) => {
      const { request, ...rest } = data as { readonly request: Fields };
      return { ...rest, request: { ...PLAIN_REQUEST, ...request } };
    },
    3: (data) => {
      const { request, ...rest } = data as { readonly request: Fields };
      return { ...rest, request: { burst: null, ...request } };
    },
  },
  ScheduleDefined: { 1: scheduleContents },
  ScheduleRevised: { 1: scheduleContents },
  SchedulePaused: { 1: (data) => ({ until: null, cause: 'by_hand', ...(data as Fields) }) },
  JobCompleted: {
    1: (data) => {
      const { output, ...rest } = data as { readonly output: FirstOutcome };
      return { ...rest, output: currentOutcome(output) };
    },
  },
  JobAttemptFailed: { 1: (data) => ({ retryBefore: null, ...(attemptFailure(data) as Fields) }) },
  JobFailed: { 1: attemptFailure },
  JobAttemptLost: { 1: (data) => ({ ...UNKNOWN_FACTS, cause: 'worker_lost', retryBefore: null, ...(data as Fields) }) },
  DatasetRegistered: { 1: datasetContents },
  DatasetRevised: { 1: datasetContents },
  DataSourceRegistered: { 1: dataSourceOptions },
  DataSourceRevised: { 1: dataSourceOptions },
};

/** For events read from the store, whatever version they were written in. Throws a `RangeError` for a newer one. */
export const upcast: Upcast = createUpcast(CURRENT_VERSIONS, UPCASTERS);
