-- Up Migration

-- Most jobs end as completed, and a list of those is as good as a list of all: only the others are looked up by their status.
DROP INDEX read_model.job_request_status_idx;
CREATE INDEX job_request_unfinished_or_failed_idx ON read_model.job_request (status, requested_at, job_request_id)
  WHERE status <> 'completed';

-- The same key, the job first: it finds the template of a job, which took an index of its own.
ALTER TABLE read_model.template_job_mapping DROP CONSTRAINT template_job_mapping_pkey;
ALTER TABLE read_model.template_job_mapping ADD PRIMARY KEY (job_request_id, template_id);
DROP INDEX read_model.template_job_mapping_job_idx;
