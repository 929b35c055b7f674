import {
  wallTimeAt,
  type DestinationOptions,
  type Instant,
  type LongRun,
  type NoticeKind,
  type TimeZone,
} from '#domain';
import type { FactsOfKind, NoticeFacts } from '../notice-facts';
import { shownText } from './shown-text';

/** What there is to say of a notice, before it is text or HTML. What others wrote in it is fit to be shown, and not escaped. */
export interface Story {
  /** One line without a full stop. */
  readonly headline: string;
  readonly details: readonly (readonly [label: string, value: string])[];
  /** What to do about it. */
  readonly advice: string;
  /** Where to look, as a path of the API. */
  readonly path: string;
}

/** Characters of a sentence about a failure, at most. */
const MESSAGE_LIMIT = 500;
const SHOWN_WARNINGS = 5;

const STORIES: { readonly [Kind in NoticeKind]: (facts: FactsOfKind[Kind]) => Story } = {
  failed: (facts) => ({
    headline: `${shownText(facts.report)} failed`,
    details: [
      dueOf(facts),
      ['What happened', shownText(facts.message, MESSAGE_LIMIT)],
      ['Code', shownText(facts.code)],
    ],
    advice: 'No further attempt follows. Mend the cause, then retry the job.',
    path: pathOf(facts),
  }),
  template_invalid: (facts) => ({
    headline: `${shownText(facts.report)} can no longer be made as it is defined`,
    details: [dueOf(facts), ['What is wrong', shownText(facts.message, MESSAGE_LIMIT)]],
    advice: 'The data or the template have changed. Revise the template.',
    path: pathOf(facts),
  }),
  delivery_failed: (facts) => (facts.deliveryId === null ? listStory(facts) : deliveryStory(facts)),
  schedule_paused: ({ schedule, scheduleId, at, timeZone, failures }) => ({
    headline: `The schedule ${shownText(schedule)} was paused`,
    details: [
      ['Paused', timeOf(at, timeZone)],
      ['Why', failures === null ? 'Too many of its jobs failed in a row.' : `${failures} of its jobs failed in a row.`],
    ],
    advice: 'It makes no more reports until somebody resumes it.',
    path: `/v1/schedules/${scheduleId}`,
  }),
  circuit_opened: ({ dataSource, code, failures, until }) => ({
    headline: `The data source ${shownText(dataSource)} does not answer`,
    details: [
      ['Next try', timeOf(until, 'UTC')],
      ['Failures in a row', failures.toLocaleString('en')],
      ['Code', shownText(code)],
    ],
    advice: 'Reports that read from it wait, and go on by themselves once it answers.',
    path: '/v1/job-queue',
  }),
  stalled: (facts) => ({
    headline: `${shownText(facts.report)} waits longer than it should`,
    details: [
      dueOf(facts),
      ['Waiting since', timeOf(facts.waitingSince, facts.timeZone)],
      ['Attempts so far', facts.attempts.toLocaleString('en')],
    ],
    advice: 'It begins by itself when its turn comes. The job queue tells what it waits for.',
    path: pathOf(facts),
  }),
  running_long: (facts) => ({
    headline: `${shownText(facts.report)} runs longer than it should`,
    details: [
      dueOf(facts),
      ['Minutes so far', `more than ${minutesOf(facts.limitMs)}`],
      ['Why that is long', WHY_LONG[facts.basis]],
      ['Attempt', facts.attempt.toLocaleString('en')],
    ],
    advice: 'It goes on. Cancel the job if nobody needs the report any more.',
    path: pathOf(facts),
  }),
  completed_with_warnings: (facts) => ({
    headline: `${shownText(facts.report)} is ready, with warnings`,
    details: [...filesOf(facts), ...warningsOf(facts.warnings)],
    advice: 'Look whether the report is as you need it.',
    path: pathOf(facts),
  }),
  output_expiring: (facts) => ({
    headline: `The files of ${shownText(facts.report)} will be removed soon`,
    details: filesOf(facts),
    advice: 'Download what you still need.',
    path: pathOf(facts),
  }),
  completed: (facts) => ({
    headline: `${shownText(facts.report)} is ready`,
    details: filesOf(facts),
    advice: 'Download the files until then.',
    path: pathOf(facts),
  }),
};

type DeliveryFacts = FactsOfKind['delivery_failed'];

function deliveryStory(facts: Exclude<DeliveryFacts, { deliveryId: null }>): Story {
  return {
    headline: `${shownText(facts.report)} was not delivered`,
    details: [
      dueOf(facts),
      ['To', receiverOf(facts.destination)],
      ['What happened', shownText(facts.message, MESSAGE_LIMIT)],
      ['Code', shownText(facts.code)],
      ['Attempts', facts.attempts.toLocaleString('en')],
    ],
    advice: 'No further attempt follows. The report itself is there: mend the cause, then retry the delivery.',
    path: pathOf(facts),
  };
}

function listStory(facts: Extract<DeliveryFacts, { deliveryId: null }>): Story {
  const { leftOut } = facts;
  const who = leftOut === null ? 'Nobody' : leftOut.toLocaleString('en');
  return {
    headline: `${who} of the list ${shownText(facts.report)} ${leftOut === null ? 'gets a report' : 'get no report'}`,
    details: [
      dueOf(facts),
      ['What happened', shownText(facts.message, MESSAGE_LIMIT)],
      ['Code', shownText(facts.code)],
    ],
    advice:
      leftOut === null
        ? 'No further attempt follows. Mend the cause before the schedule makes the next list.'
        : 'The others get theirs. Mend these rows before the schedule makes the next list.',
    path: pathOf(facts),
  };
}

const WHY_LONG: Readonly<Record<LongRun['basis'], string>> = {
  history: 'Its earlier runs were far quicker.',
  ceiling: 'No report is expected to take as long.',
};

const DESTINATION_KINDS: Readonly<Record<DestinationOptions['kind'], string>> = {
  s3: 'S3',
  sftp: 'SFTP',
  webhook: 'webhook',
  slack: 'Slack',
};

export function storyOf(facts: NoticeFacts): Story {
  // The table has for each kind what takes its facts; TypeScript does not see that key and facts go together.
  return (STORIES[facts.kind] as (facts: NoticeFacts) => Story)(facts);
}

/** `2026-11-23 07:30 (Europe/Berlin)`. */
export function timeOf(instant: Instant, zone: TimeZone): string {
  return `${wallTimeAt(zone, new Date(instant)).replace('T', ' ').slice(0, 16)} (${zone})`;
}

type DueFacts = Pick<FactsOfKind['failed'], 'nominalTime' | 'timeZone'>;

function dueOf({ nominalTime, timeZone }: DueFacts): readonly [string, string] {
  return ['Due', timeOf(nominalTime, timeZone)];
}

function receiverOf(destination: Exclude<DeliveryFacts, { deliveryId: null }>['destination']): string {
  if (destination === null) return 'e-mail';
  return `${shownText(destination.name)} (${DESTINATION_KINDS[destination.kind]})`;
}

/** Tenths are cut off and not rounded, so that it has taken longer than this. */
function minutesOf(milliseconds: number): string {
  return (Math.floor(milliseconds / 6_000) / 10).toLocaleString('en');
}

function filesOf(facts: FactsOfKind['completed']): readonly (readonly [string, string])[] {
  const { nominalTime, expiresAt, timeZone, rows, files } = facts;
  return [
    ['Due', timeOf(nominalTime, timeZone)],
    ['Rows', rows.toLocaleString('en')],
    ['Files', files.toLocaleString('en')],
    ['Kept until', timeOf(expiresAt, timeZone)],
  ];
}

function warningsOf(warnings: readonly string[]): readonly (readonly [string, string])[] {
  const more = warnings.length - SHOWN_WARNINGS;
  return [
    ...warnings.slice(0, SHOWN_WARNINGS).map((warning) => ['Warning', shownText(warning, MESSAGE_LIMIT)] as const),
    ...(more > 0 ? [['Warnings', `and ${more} more`] as const] : []),
  ];
}

function pathOf({ jobId }: { readonly jobId: string }): string {
  return `/v1/job-requests/${jobId}`;
}
