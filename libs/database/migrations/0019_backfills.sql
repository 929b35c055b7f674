-- Up Migration

CREATE TABLE read_model.backfill (
  backfill_id       uuid        NOT NULL PRIMARY KEY,
  schedule_id       uuid        NOT NULL,
  schedule_revision integer     NOT NULL,
  template_id       uuid        NOT NULL,
  template_revision integer     NOT NULL,
  owner             text        NOT NULL,
  from_time         timestamptz NOT NULL,
  to_time           timestamptz NOT NULL,
  total             integer     NOT NULL,
  concurrency       integer     NOT NULL,
  priority          text        NOT NULL,
  note              text,
  status            text        NOT NULL,
  cancel_running    boolean     NOT NULL,
  cancel_cause      text,
  cancelled_by      text,
  started_by        text        NOT NULL,
  started_at        timestamptz NOT NULL,
  ended_at          timestamptz,
  revision          integer     NOT NULL,
  updated_at        timestamptz NOT NULL
);
COMMENT ON TABLE read_model.backfill IS 'Past ranges of schedules that were, or are being, run again; total is the number of occurrences. How far one is say its jobs: job_request.backfill_id.';

CREATE INDEX backfill_schedule_idx ON read_model.backfill (schedule_id, started_at, backfill_id);
CREATE INDEX backfill_owner_idx ON read_model.backfill (owner);
CREATE INDEX backfill_template_idx ON read_model.backfill (template_id);

ALTER TABLE read_model.job_request ADD COLUMN backfill_id uuid;
COMMENT ON COLUMN read_model.job_request.backfill_id IS 'The backfill that the job is a part of, for the origin backfill.';

CREATE INDEX job_request_backfill_idx ON read_model.job_request (backfill_id, requested_at, job_request_id) INCLUDE (status)
  WHERE backfill_id IS NOT NULL;

-- Backfills that may still have something to do. Written from the events of backfills and jobs by one instance at a time; every
-- instance claims rows from it and requests their next jobs.
CREATE TABLE scheduler.backfill (
  backfill_id       uuid    NOT NULL PRIMARY KEY,
  backfill_revision integer NOT NULL,
  schedule_id       uuid    NOT NULL,
  schedule_revision integer NOT NULL,
  template_id       uuid    NOT NULL,
  template_revision integer NOT NULL,
  owner             text    NOT NULL,
  time_zone         text    NOT NULL,
  occurrences       text[]  NOT NULL,
  total             integer NOT NULL,
  requested         integer NOT NULL DEFAULT 0,
  concurrency       integer NOT NULL,
  priority          text    NOT NULL,
  status            text    NOT NULL CHECK (status IN ('active', 'cancelled')),
  cancel_running    boolean NOT NULL
);
COMMENT ON COLUMN scheduler.backfill.backfill_revision IS 'Revision of the backfill''s stream up to which this row knows it.';
COMMENT ON COLUMN scheduler.backfill.occurrences IS 'Nominal times, ascending, as the event has them; none once it was cancelled. total is their number.';
COMMENT ON COLUMN scheduler.backfill.requested IS 'So many of the occurrences, from the first on, have a job.';

CREATE TABLE scheduler.backfill_job (
  job_id      uuid    NOT NULL PRIMARY KEY,
  backfill_id uuid    NOT NULL REFERENCES scheduler.backfill ON DELETE CASCADE,
  outcome     text,
  settled     boolean NOT NULL DEFAULT false
);
COMMENT ON COLUMN scheduler.backfill_job.outcome IS 'How it ended: completed, failed, cancelled or expired; null before.';
COMMENT ON COLUMN scheduler.backfill_job.settled IS 'What the cancel of its backfill means for it was done: it was cancelled, or it ran and may go on.';

CREATE INDEX backfill_job_backfill_idx ON scheduler.backfill_job (backfill_id, outcome);

-- No event tells of a backfill yet: those who follow them need not read all that is stored.
INSERT INTO event_feed.checkpoint (group_name, source, position)
SELECT 'scheduler-backfills', 'store', max(position) FROM event_store.event HAVING max(position) IS NOT NULL;
