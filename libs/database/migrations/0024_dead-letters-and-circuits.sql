-- Up Migration

-- Failed jobs that nobody waits for any more.
ALTER TABLE read_model.job_request
  ADD COLUMN dropped_at  timestamptz,
  ADD COLUMN dropped_by  text,
  ADD COLUMN drop_reason text;
COMMENT ON COLUMN read_model.job_request.dropped_at IS 'When a person took the job off the dead letters; null: nobody has.';

CREATE INDEX job_request_failed_idx ON read_model.job_request (ended_at, job_request_id)
  WHERE status = 'failed' AND dropped_at IS NULL;
