-- Up Migration

-- SQL cannot tell when a schedule runs next: the projection fills what is made from events once more.
TRUNCATE scheduler.due, scheduler.template, scheduler.calendar, scheduler.open_job, scheduler.triggered;
UPDATE event_feed.checkpoint SET position = 0, "offset" = NULL WHERE group_name = 'scheduler';

ALTER TABLE scheduler.due ADD COLUMN next_occurrence_at timestamptz;

COMMENT ON COLUMN scheduler.due.next_run_at IS 'Next moment at which the scheduler looks at it: an occurrence, or the time at which one that is left out is told; null for none.';
COMMENT ON COLUMN scheduler.due.next_occurrence_at IS 'Nominal time of the next occurrence, at next_run_at or after it; null when none is left.';

CREATE OR REPLACE VIEW read_model.self_service_schedule AS
SELECT s.template_id,
       s.schedule_frequency,
       d.next_occurrence_at AS next_run_time,
       s.owner              AS user_id,
       s.schedule_id,
       s.name,
       s.time_zone,
       s.status,
       s.priority
FROM read_model.schedule s
LEFT JOIN scheduler.due d ON d.schedule_id = s.schedule_id;
