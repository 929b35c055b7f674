-- Up Migration

ALTER TABLE read_model.job_request
  ADD COLUMN burst_schedule_id uuid,
  ADD COLUMN burst_list_job_id uuid,
  ADD COLUMN burst_row         integer;
COMMENT ON COLUMN read_model.job_request.burst_schedule_id IS 'The schedule that made the list whose row the job makes the report of, for the origin burst.';
COMMENT ON COLUMN read_model.job_request.burst_list_job_id IS 'The job that made the list.';
COMMENT ON COLUMN read_model.job_request.burst_row IS 'The row of the list, counted from 1.';

CREATE INDEX job_request_burst_idx ON read_model.job_request (burst_list_job_id, requested_at, job_request_id)
  WHERE burst_list_job_id IS NOT NULL;

-- Schedules whose lists are expanded, and lists that wait for it. Written from the events of plans and jobs by one instance at a time;
-- every instance claims lists from it.
CREATE TABLE scheduler.burst (
  schedule_id   uuid    NOT NULL PRIMARY KEY,
  plan_revision integer NOT NULL
);
COMMENT ON COLUMN scheduler.burst.plan_revision IS 'Revision of the stream of the burst''s plan up to which this row knows it.';

CREATE TABLE scheduler.burst_list (
  job_id        uuid        NOT NULL PRIMARY KEY,
  schedule_id   uuid        NOT NULL,
  plan_revision integer     NOT NULL,
  tries         integer     NOT NULL DEFAULT 0,
  ready_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE scheduler.burst_list IS 'Completed jobs of schedules that have a burst, until their lists are expanded or cannot be.';
COMMENT ON COLUMN scheduler.burst_list.plan_revision IS 'Revision of the plan by which it is expanded: that which stood when the job completed.';
COMMENT ON COLUMN scheduler.burst_list.tries IS 'How often it could not even be looked at. It is looked at again at ready_at.';

CREATE INDEX burst_list_ready_idx ON scheduler.burst_list (ready_at);

-- No event tells of a burst yet: those who follow them need not read all that is stored.
INSERT INTO event_feed.checkpoint (group_name, source, position)
SELECT 'scheduler-bursts', 'store', max(position) FROM event_store.event HAVING max(position) IS NOT NULL;
