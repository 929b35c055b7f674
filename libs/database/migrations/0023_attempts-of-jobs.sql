-- Up Migration

-- Each attempt tells why it was lost and when the next one may begin. What the events of before say comes by applying them once more,
-- which changes no other table.
TRUNCATE read_model.job_attempt;
ALTER TABLE read_model.job_attempt ADD COLUMN loss_cause text, ADD COLUMN retry_at timestamptz, ADD COLUMN running_long_at timestamptz;
COMMENT ON COLUMN read_model.job_attempt.loss_cause IS 'Of a lost attempt: worker_lost, stuck or handed_back.';
COMMENT ON COLUMN read_model.job_attempt.retry_at IS 'The next attempt does not begin before; NULL when none follows.';
UPDATE event_feed.checkpoint SET position = 0, "offset" = NULL WHERE group_name = 'read-models';

-- Failures have a class, as they are read from the events of before.
UPDATE read_model.job_request
SET failure = failure || jsonb_build_object('class', CASE
  WHEN (failure ->> 'transient')::boolean THEN 'transient'
  WHEN failure ->> 'code' LIKE 'limit.%' OR failure ->> 'code' = 'parquet.rows_too_large' THEN 'limit'
  ELSE 'permanent' END)
WHERE failure IS NOT NULL;

-- A template may have a retry policy of its own; none of before has.
ALTER TABLE read_model.self_service_template ADD COLUMN retry_policy jsonb;
COMMENT ON COLUMN read_model.self_service_template.retry_policy IS 'What follows failed attempts of its jobs; NULL: the policy of the settings.';
ALTER TABLE scheduler.template ADD COLUMN retry_policy jsonb;

-- What was reported to wait or to run too long.
ALTER TABLE read_model.job_request ADD COLUMN stalled_at timestamptz, ADD COLUMN running_long_at timestamptz;
COMMENT ON COLUMN read_model.job_request.stalled_at IS 'When it was reported to wait too long for a worker; NULL once that is over.';
COMMENT ON COLUMN read_model.job_request.running_long_at IS 'When its attempt was reported to run too long; NULL once that is over.';
