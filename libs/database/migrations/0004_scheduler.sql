-- Up Migration

CREATE SCHEMA scheduler;

-- What is known of each schedule, and when it is due next. Written from the events of schedules and jobs by one instance at
-- a time; every instance claims due rows from it.
CREATE TABLE scheduler.due (
  schedule_id       uuid        NOT NULL PRIMARY KEY,
  template_id       uuid        NOT NULL,
  owner             text        NOT NULL,
  definition        jsonb       NOT NULL,
  status            text        NOT NULL CHECK (status IN ('active', 'paused', 'removed')),
  effective_from    timestamptz NOT NULL,
  skipped_to        timestamptz,
  settled_to        timestamptz,
  schedule_revision integer     NOT NULL,
  next_run_at       timestamptz
) WITH (fillfactor = 70);

COMMENT ON COLUMN scheduler.due.effective_from IS 'Nothing is due at or before it: the last define, revise or resume.';
COMMENT ON COLUMN scheduler.due.skipped_to IS 'End of the last stretch that was skipped on the schedule''s own stream.';
COMMENT ON COLUMN scheduler.due.settled_to IS 'Nominal time of the last occurrence that was requested or skipped.';
COMMENT ON COLUMN scheduler.due.schedule_revision IS 'Revision of the schedule''s stream up to which this row knows it.';
COMMENT ON COLUMN scheduler.due.next_run_at IS 'Nominal time of the first occurrence neither requested nor skipped; null when none is due.';

CREATE INDEX due_next_run_at_idx ON scheduler.due (next_run_at) WHERE next_run_at IS NOT NULL;

-- What a job's input is made from when an occurrence is due.
CREATE TABLE scheduler.template (
  template_id uuid    NOT NULL PRIMARY KEY,
  owner       text    NOT NULL,
  revision    integer NOT NULL,
  status      text    NOT NULL CHECK (status IN ('active', 'archived')),
  details     jsonb   NOT NULL,
  definition  jsonb   NOT NULL
);

COMMENT ON COLUMN scheduler.template.revision IS 'Revision of the template''s stream up to which this row knows it.';

-- The schedules that people see, with the time that the scheduler keeps.
CREATE VIEW read_model.self_service_schedule AS
SELECT s.template_id,
       s.schedule_frequency,
       d.next_run_at AS next_run_time,
       s.owner       AS user_id,
       s.schedule_id,
       s.name,
       s.time_zone,
       s.status,
       s.priority
FROM read_model.schedule s
LEFT JOIN scheduler.due d ON d.schedule_id = s.schedule_id;
