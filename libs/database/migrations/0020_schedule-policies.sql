-- Up Migration

-- What people see of a pause.
ALTER TABLE read_model.schedule
  ADD COLUMN paused_until timestamptz,
  ADD COLUMN pause_cause  text CHECK (pause_cause IN ('by_hand', 'failures'));

COMMENT ON COLUMN read_model.schedule.paused_until IS 'When it resumes by itself; null: when somebody resumes it.';
COMMENT ON COLUMN read_model.schedule.pause_cause IS 'Null unless it is paused.';

UPDATE read_model.schedule SET pause_cause = 'by_hand' WHERE status = 'paused';

-- The rows hold definitions as schedules had them first: the projection fills them again.
TRUNCATE scheduler.due, scheduler.template;
DELETE FROM event_feed.checkpoint WHERE group_name = 'scheduler';

ALTER TABLE scheduler.due
  ADD COLUMN pause         jsonb,
  ADD COLUMN paused_until  timestamptz,
  ADD COLUMN awaits        text,
  ADD COLUMN settled_wall  text,
  ADD COLUMN runs          integer NOT NULL DEFAULT 0,
  ADD COLUMN counted_to    bigint  NOT NULL DEFAULT 0,
  ADD COLUMN failures      integer NOT NULL DEFAULT 0,
  ADD COLUMN failure_limit integer,
  ADD COLUMN last_failure  jsonb;

COMMENT ON COLUMN scheduler.due.pause IS 'Note, end and cause of its pause; null unless it is paused.';
COMMENT ON COLUMN scheduler.due.paused_until IS 'When the scheduler resumes it; null when it does not.';
COMMENT ON COLUMN scheduler.due.awaits IS 'The stream of the schedule or dataset that it waits for; null for one that goes by the clock.';
COMMENT ON COLUMN scheduler.due.settled_wall IS 'What the clock on the wall showed at settled_to, by the time zone data of then: ISO 8601 without an offset.';
COMMENT ON COLUMN scheduler.due.runs IS 'Occurrences requested since its definition.';
COMMENT ON COLUMN scheduler.due.counted_to IS 'Position in the event store up to which requests that made up for an outage are counted in runs.';
COMMENT ON COLUMN scheduler.due.failures IS 'Jobs in a row that failed, kept only with a failure_limit.';
COMMENT ON COLUMN scheduler.due.failure_limit IS 'So many failures pause the schedule; null: none do.';
COMMENT ON COLUMN scheduler.due.last_failure IS 'Job and sentence of the last one of failures.';

CREATE INDEX due_paused_until_idx ON scheduler.due (paused_until) WHERE paused_until IS NOT NULL;
CREATE INDEX due_awaits_idx ON scheduler.due (awaits) WHERE awaits IS NOT NULL;
CREATE INDEX due_failure_limit_idx ON scheduler.due (schedule_id) WHERE failure_limit IS NOT NULL;
CREATE INDEX due_failing_idx ON scheduler.due (schedule_id) WHERE failures >= failure_limit AND status = 'active';

-- Jobs of schedules that mind an overlap, until they end. May hold ended ones for a moment; their streams tell.
CREATE TABLE scheduler.open_job (
  job_id      uuid NOT NULL PRIMARY KEY,
  schedule_id uuid NOT NULL
);

CREATE INDEX open_job_schedule_id_idx ON scheduler.open_job (schedule_id);

-- Occurrences that something other than the clock made due, from then until their jobs end.
CREATE TABLE scheduler.triggered (
  job_id       uuid        NOT NULL PRIMARY KEY,
  schedule_id  uuid        NOT NULL,
  nominal_time timestamptz NOT NULL,
  links        integer     NOT NULL,
  settled      boolean     NOT NULL DEFAULT false
);

COMMENT ON COLUMN scheduler.triggered.links IS 'How many schedules after the first one of its chain: 1 for the first that waited.';
COMMENT ON COLUMN scheduler.triggered.settled IS 'Whether it was requested.';

CREATE INDEX triggered_pending_idx ON scheduler.triggered (nominal_time) WHERE NOT settled;

-- Late occurrences that are still to be requested, one stretch a row. Not made from events: it holds what was promised.
CREATE TABLE scheduler.catch_up (
  schedule_id uuid        NOT NULL,
  until       timestamptz NOT NULL,
  next_at     timestamptz NOT NULL,
  PRIMARY KEY (schedule_id, until)
);

COMMENT ON COLUMN scheduler.catch_up.until IS 'Nominal time of the last occurrence of the stretch.';
COMMENT ON COLUMN scheduler.catch_up.next_at IS 'Nominal time of the first one that has not been requested.';

CREATE INDEX catch_up_next_at_idx ON scheduler.catch_up (next_at);

-- One row, which all instances share.
CREATE TABLE scheduler.catch_up_pace (
  only_row boolean     NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
  next_at  timestamptz NOT NULL
);

COMMENT ON COLUMN scheduler.catch_up_pace.next_at IS 'No late occurrence is requested before this.';

INSERT INTO scheduler.catch_up_pace (next_at) VALUES ('epoch');

-- Versions of the time zone data by which due times were reckoned, the last one in force.
CREATE TABLE scheduler.time_zone_data (
  change     integer     NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  version    text        NOT NULL,
  adopted_at timestamptz NOT NULL,
  reckoned   integer     NOT NULL,
  moved      integer     NOT NULL
);

COMMENT ON COLUMN scheduler.time_zone_data.reckoned IS 'Schedules whose next times were reckoned anew.';
COMMENT ON COLUMN scheduler.time_zone_data.moved IS 'Those among them whose next time changed.';
