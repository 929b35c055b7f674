-- Up Migration

-- Failed jobs that nobody waits for any more.
ALTER TABLE read_model.job_request
  ADD COLUMN dropped_at  timestamptz,
  ADD COLUMN dropped_by  text,
  ADD COLUMN drop_reason text;
COMMENT ON COLUMN read_model.job_request.dropped_at IS 'When a person took the job off the dead letters; null: nobody has.';

CREATE INDEX job_request_failed_idx ON read_model.job_request (ended_at, job_request_id)
  WHERE (status = 'failed' OR expiry_reason = 'retry_deadline') AND dropped_at IS NULL;

-- What the exporter knows of data sources that do not answer. `open_until` follows from the events; failures are counted here alone.
CREATE TABLE exporter.circuit (
  data_source text        NOT NULL PRIMARY KEY,
  failures    integer     NOT NULL DEFAULT 0,
  open_until  timestamptz,
  revision    integer     NOT NULL DEFAULT -1
);
COMMENT ON COLUMN exporter.circuit.failures IS 'Attempts in a row that failed by the data source''s fault.';
COMMENT ON COLUMN exporter.circuit.open_until IS 'No job of it begins before; then one at a time tries. NULL: the circuit is closed.';

CREATE TABLE read_model.circuit (
  data_source_id uuid        NOT NULL PRIMARY KEY,
  data_source    text        NOT NULL,
  status         text        NOT NULL CHECK (status IN ('open', 'closed')),
  code           text        NOT NULL,
  failures       integer     NOT NULL,
  openings       integer     NOT NULL,
  open_until     timestamptz NOT NULL,
  opened_at      timestamptz NOT NULL,
  closed_at      timestamptz,
  closed_by      text,
  revision       integer     NOT NULL
);
COMMENT ON TABLE read_model.circuit IS 'Data sources that did not answer for a while: when jobs were kept from them last, and whether they are now.';
COMMENT ON COLUMN read_model.circuit.openings IS 'How often it was opened in a row: 1, and one more for each try that failed.';
COMMENT ON COLUMN read_model.circuit.closed_by IS 'Who closed it; NULL: a job whose try succeeded.';
