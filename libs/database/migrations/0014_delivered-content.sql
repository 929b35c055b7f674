-- Up Migration

-- The jobs whose rows a later run of the same report is compared with, for templates that deliver only what has changed. A row
-- is written before its job completes, so none that completed is missing; whether it completed, and the digest of its rows,
-- says the job's stream.
CREATE TABLE exporter.delivered_content (
  report       text        NOT NULL,
  job_id       uuid        NOT NULL,
  nominal_time timestamptz NOT NULL,
  noted_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (report, job_id)
);

COMMENT ON COLUMN exporter.delivered_content.report IS 'What is compared: schedule:<id> for the jobs of a schedule, template:<id>:<user> for those by hand.';
COMMENT ON COLUMN exporter.delivered_content.nominal_time IS 'By which jobs follow one another; among equal ones by noted_at.';
