import { NOTICE_KINDS, type NoticeKind } from '#domain';
import type { NoticeFacts } from '../notice-facts';

const JOB = '7b1f2a44-6f5c-4c1e-9a57-0c6f5a3f0d04';
const run = { jobId: JOB, nominalTime: '2026-11-23T06:30:00.000Z', timeZone: 'Europe/Berlin' };
const files = { ...run, rows: 12_345, files: 2, expiresAt: '2026-12-23T06:30:00.000Z' };

/** One notice of each kind, in which whoever wrote a name or a message wrote this. */
export function factsOf(written: string): {
  readonly [Kind in NoticeKind]: Extract<NoticeFacts, { readonly kind: Kind }>;
} {
  return {
    failed: { kind: 'failed', ...run, report: written, code: 'data_source.unreachable', message: written },
    template_invalid: { kind: 'template_invalid', ...run, report: written, message: written },
    delivery_failed: {
      ...{ kind: 'delivery_failed', ...run, report: written, deliveryId: JOB, attempts: 6 },
      ...{ destination: { name: written, kind: 'webhook' }, code: 'delivery.unreachable', message: written },
    },
    schedule_paused: {
      ...{ kind: 'schedule_paused', schedule: written, scheduleId: JOB, at: run.nominalTime, timeZone: run.timeZone },
      failures: 3,
    },
    circuit_opened: {
      ...{
        kind: 'circuit_opened',
        dataSource: written,
        dataSourceId: JOB,
        code: 'data_source.unreachable',
        failures: 5,
      },
      until: run.nominalTime,
    },
    stalled: { kind: 'stalled', ...run, report: written, attempts: 0, waitingSince: '2026-11-23T06:31:00.000Z' },
    running_long: { kind: 'running_long', ...run, report: written, attempt: 2, limitMs: 1_800_000, basis: 'ceiling' },
    completed_with_warnings: { kind: 'completed_with_warnings', ...files, report: written, warnings: [written] },
    output_expiring: { kind: 'output_expiring', ...files, report: written },
    completed: { kind: 'completed', ...files, report: written },
  };
}

export function everyKind(written: string): readonly NoticeFacts[] {
  return NOTICE_KINDS.map((kind) => factsOf(written)[kind]);
}
