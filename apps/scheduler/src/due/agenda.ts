import type { Pool } from '#database';

/** When there is something to do, by kind; null: nothing of the kind. */
export interface Agenda {
  /** The clock makes a schedule due. */
  readonly dueAt: Date | null;
  /** Something else has made one due, which is not late yet: its nominal time. */
  readonly triggeredAt: Date | null;
  /** The next late occurrences may be requested. */
  readonly catchUpAt: Date | null;
  /** A schedule resumes by itself. */
  readonly resumeAt: Date | null;
  /** A schedule has failed so often that it is to be paused. */
  readonly isFailing: boolean;
}

interface AgendaRow {
  readonly due_at: Date | null;
  readonly triggered_at: Date | null;
  readonly catch_up_at: Date | null;
  readonly resume_at: Date | null;
  readonly is_failing: boolean;
}

/** Each part is the first entry of an index, however many schedules there are. */
export async function readAgenda(pool: Pool, lateBefore: Date): Promise<Agenda> {
  const { rows } = await pool.query<AgendaRow>({
    name: 'read-agenda',
    text: `SELECT (SELECT min(next_run_at) FROM scheduler.due) AS due_at,
                  (SELECT min(nominal_time) FROM scheduler.triggered WHERE NOT settled AND nominal_time >= $1) AS triggered_at,
                  (SELECT next_at FROM scheduler.catch_up_pace
                   WHERE EXISTS (SELECT FROM scheduler.catch_up)
                      OR EXISTS (SELECT FROM scheduler.triggered WHERE NOT settled AND nominal_time < $1)) AS catch_up_at,
                  (SELECT min(paused_until) FROM scheduler.due) AS resume_at,
                  EXISTS (SELECT FROM scheduler.due WHERE failures >= failure_limit AND status = 'active') AS is_failing`,
    values: [lateBefore],
  });
  const [row] = rows;
  return {
    dueAt: row?.due_at ?? null,
    triggeredAt: row?.triggered_at ?? null,
    catchUpAt: row?.catch_up_at ?? null,
    resumeAt: row?.resume_at ?? null,
    isFailing: row?.is_failing ?? false,
  };
}

/** The first of the times; null when nothing is to be done. */
export function earliestOf(agenda: Agenda, now: Date): Date | null {
  const times = [agenda.dueAt, agenda.triggeredAt, agenda.catchUpAt, agenda.resumeAt, agenda.isFailing ? now : null];
  return times.reduce((first, time) => (first === null || (time !== null && time < first) ? time : first), null);
}
