import { z } from 'zod';
import { PRIORITIES, type Recurrence } from '#domain';
import { id, instantInput, words } from '../http/fields';

const wallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM, from 00:00 to 23:59');
const weekday = z.literal([1, 2, 3, 4, 5, 6, 7]).meta({ description: '1 is Monday, 7 is Sunday.' });

/** When a schedule fires, in the wall time of its zone. */
export const recurrenceInput: z.ZodType<Recurrence> = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('minutes'), every: z.int().min(1).max(1440) }),
    z.strictObject({ type: z.literal('hourly'), minute: z.int().min(0).max(59) }),
    z.strictObject({ type: z.literal('daily'), time: wallTime }),
    z.strictObject({ type: z.literal('weekly'), weekdays: z.array(weekday).max(7), time: wallTime }),
    z.strictObject({
      type: z.literal('monthly'),
      day: z.union([z.int().min(1).max(31), z.literal('last')]),
      time: wallTime,
    }),
    z.strictObject({ type: z.literal('cron'), expression: z.string().min(1).max(200) }),
  ])
  .meta({
    id: 'Recurrence',
    description:
      'When a schedule fires, in the wall time of its zone. A wall time that a clock change leaves out fires at the end of ' +
      'the gap; one that comes twice fires the first time. Cron has five fields.',
    examples: [
      { type: 'daily', time: '07:30' },
      { type: 'cron', expression: '0 6 * * 1-5' },
    ],
  });

export const priority = z.enum(PRIORITIES);

/** What a schedule says, without its template. */
export const scheduleFields = {
  name: words(200),
  recurrence: recurrenceInput,
  timeZone: z.string().min(1).max(64).describe('IANA time zone, such as `Europe/Berlin`.'),
  startsAt: instantInput.nullable().default(null).describe('No occurrence before this.'),
  endsAt: instantInput.nullable().default(null).describe('No occurrence after this.'),
  priority: priority.default('normal'),
  catchUpMinutes: z
    .number()
    .default(60)
    .describe('How late an occurrence may still run after an outage; older ones are skipped. 0 to 10,080.'),
};

export const scheduleInput = z.strictObject(scheduleFields).meta({ id: 'ScheduleInput' });
export const newScheduleInput = z.strictObject({ templateId: id, ...scheduleFields }).meta({ id: 'NewScheduleInput' });
