-- Up Migration

-- Names are found by any part of them. A trusted extension: the owner of a database may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Everything here follows from the events and can be built anew from them. `revision` is the revision of the stream's last
-- event that a row shows; a row is only ever changed by a newer one.
CREATE SCHEMA read_model;

CREATE TABLE read_model.dataset (
  dataset_id      uuid        NOT NULL PRIMARY KEY,
  name            text        NOT NULL,
  description     text,
  data_source     text        NOT NULL,
  relation_schema text        NOT NULL,
  relation_name   text        NOT NULL,
  columns         jsonb       NOT NULL,
  status          text        NOT NULL,
  revision        integer     NOT NULL,
  registered_by   text        NOT NULL,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL
);
COMMENT ON TABLE read_model.dataset IS 'Tables and views of data sources that are, or were, open for reports.';

CREATE INDEX dataset_name_idx ON read_model.dataset (name, dataset_id);

CREATE TABLE read_model.self_service_template (
  template_id   uuid        NOT NULL PRIMARY KEY,
  owner         text        NOT NULL,
  name          text        NOT NULL,
  description   text,
  tags          text[]      NOT NULL,
  dataset_id    uuid        NOT NULL,
  output_format text        NOT NULL,
  definition    jsonb       NOT NULL,
  status        text        NOT NULL,
  revision      integer     NOT NULL,
  created_at    timestamptz NOT NULL,
  updated_at    timestamptz NOT NULL,
  copied_from   uuid
);
COMMENT ON TABLE read_model.self_service_template IS 'Self-service templates as they stand now, archived ones included.';

CREATE INDEX self_service_template_created_at_idx ON read_model.self_service_template (created_at, template_id);
CREATE INDEX self_service_template_owner_idx ON read_model.self_service_template (owner, created_at, template_id);
CREATE INDEX self_service_template_dataset_idx ON read_model.self_service_template (dataset_id);
CREATE INDEX self_service_template_status_idx ON read_model.self_service_template (status, created_at, template_id);
CREATE INDEX self_service_template_tags_idx ON read_model.self_service_template USING gin (tags);
CREATE INDEX self_service_template_name_idx ON read_model.self_service_template USING gin (name gin_trgm_ops);
CREATE INDEX self_service_template_description_idx ON read_model.self_service_template USING gin (description gin_trgm_ops);

CREATE TABLE read_model.template_revision (
  template_id       uuid        NOT NULL,
  revision          integer     NOT NULL,
  name              text        NOT NULL,
  description       text,
  tags              text[]      NOT NULL,
  definition        jsonb       NOT NULL,
  restored_revision integer,
  changed_by        text        NOT NULL,
  changed_at        timestamptz NOT NULL,
  PRIMARY KEY (template_id, revision)
);
COMMENT ON TABLE read_model.template_revision IS 'What each template said after it was created and after each revision; the number is the revision of its stream.';

CREATE TABLE read_model.template_share (
  template_id uuid NOT NULL,
  user_id     text NOT NULL,
  level       text NOT NULL,
  PRIMARY KEY (template_id, user_id)
);
COMMENT ON TABLE read_model.template_share IS 'With whom a template is shared now, and how far: view, run or edit. Its owner is not among them.';

CREATE INDEX template_share_user_idx ON read_model.template_share (user_id, template_id);

CREATE TABLE read_model.schedule (
  schedule_id        uuid        NOT NULL PRIMARY KEY,
  template_id        uuid        NOT NULL,
  owner              text        NOT NULL,
  name               text        NOT NULL,
  definition         jsonb       NOT NULL,
  schedule_frequency text        NOT NULL,
  time_zone          text        NOT NULL,
  priority           text        NOT NULL,
  status             text        NOT NULL,
  pause_note         text,
  revision           integer     NOT NULL,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
COMMENT ON TABLE read_model.schedule IS 'Schedules as they stand now, removed ones included. self_service_schedule adds when each is due next.';

CREATE INDEX schedule_created_at_idx ON read_model.schedule (created_at, schedule_id);
CREATE INDEX schedule_owner_idx ON read_model.schedule (owner, created_at, schedule_id);
CREATE INDEX schedule_template_idx ON read_model.schedule (template_id, created_at, schedule_id);
CREATE INDEX schedule_status_idx ON read_model.schedule (status, created_at, schedule_id);

CREATE TABLE read_model.skipped_occurrence (
  event_id         uuid        NOT NULL PRIMARY KEY,
  schedule_id      uuid        NOT NULL,
  from_time        timestamptz NOT NULL,
  to_time          timestamptz NOT NULL,
  occurrence_count integer     NOT NULL,
  reason           text        NOT NULL,
  skipped_at       timestamptz NOT NULL
);
COMMENT ON TABLE read_model.skipped_occurrence IS 'Occurrences that were due and will not run, one by one or as a stretch, and why. Both ends of the stretch belong to it.';

CREATE INDEX skipped_occurrence_schedule_idx ON read_model.skipped_occurrence (schedule_id, from_time);

-- Documents of a few kilobytes stay in the row as they are, here and in the audit trail: compressing them saves a sixth of the
-- space and costs a third of the time to write.
CREATE TABLE read_model.job_request (
  job_request_id    uuid        NOT NULL PRIMARY KEY,
  batch_type_id     integer     NOT NULL,
  job_input         jsonb       NOT NULL,
  job_output        jsonb,
  status            text        NOT NULL,
  origin            text        NOT NULL,
  user_id           text        NOT NULL,
  template_id       uuid,
  template_revision integer,
  schedule_id       uuid,
  schedule_revision integer,
  rerun_of          uuid,
  nominal_time      timestamptz NOT NULL,
  time_zone         text        NOT NULL,
  priority          text        NOT NULL,
  start_before      timestamptz,
  attempt           integer     NOT NULL,
  max_attempts      integer     NOT NULL,
  requested_at      timestamptz NOT NULL,
  started_at        timestamptz,
  ended_at          timestamptz,
  retry_at          timestamptz,
  failure           jsonb,
  row_count         bigint,
  byte_count        bigint,
  output_expires_at timestamptz,
  output_expired_at timestamptz,
  cancelled_by      text,
  cancel_reason     text,
  expiry_reason     text,
  revision          integer     NOT NULL,
  updated_at        timestamptz NOT NULL
) WITH (fillfactor = 80, toast_tuple_target = 8160);
COMMENT ON TABLE read_model.job_request IS 'Every job ever requested and how it stands: batch type 4 runs a self-service template, 1 exports a whole dataset.';
COMMENT ON COLUMN read_model.job_request.started_at IS 'Start of the latest attempt; template_id and schedule_id are null for a standard export.';
COMMENT ON COLUMN read_model.job_request.failure IS 'Why the latest attempt failed; null once another one runs.';

CREATE INDEX job_request_requested_at_idx ON read_model.job_request (requested_at, job_request_id);
CREATE INDEX job_request_user_idx ON read_model.job_request (user_id, requested_at, job_request_id);
CREATE INDEX job_request_template_idx ON read_model.job_request (template_id, requested_at, job_request_id);
CREATE INDEX job_request_schedule_idx ON read_model.job_request (schedule_id, requested_at, job_request_id);
CREATE INDEX job_request_rerun_of_idx ON read_model.job_request (rerun_of) WHERE rerun_of IS NOT NULL;
CREATE INDEX job_request_status_idx ON read_model.job_request (status, requested_at, job_request_id);

CREATE TABLE read_model.job_attempt (
  job_request_id uuid        NOT NULL,
  attempt        integer     NOT NULL,
  worker         text        NOT NULL,
  started_at     timestamptz NOT NULL,
  ended_at       timestamptz,
  outcome        text,
  failure        jsonb,
  PRIMARY KEY (job_request_id, attempt)
);
COMMENT ON TABLE read_model.job_attempt IS 'Each attempt at a job: who ran it and how it ended (completed, failed, lost or cancelled; null while it runs).';

CREATE TABLE read_model.template_job_mapping (
  template_id    uuid        NOT NULL,
  job_request_id uuid        NOT NULL,
  user_id        text        NOT NULL,
  schedule_date  timestamptz NOT NULL,
  schedule_id    uuid,
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (template_id, job_request_id)
);
COMMENT ON TABLE read_model.template_job_mapping IS 'Which jobs each template led to, and for when: schedule_date is the nominal time, not the time it ran.';

CREATE INDEX template_job_mapping_job_idx ON read_model.template_job_mapping (job_request_id);
CREATE INDEX template_job_mapping_user_idx ON read_model.template_job_mapping (user_id, schedule_date, job_request_id);
CREATE INDEX template_job_mapping_template_idx ON read_model.template_job_mapping (template_id, schedule_date, job_request_id);
CREATE INDEX template_job_mapping_date_idx ON read_model.template_job_mapping (schedule_date, job_request_id);

CREATE TABLE read_model.audit_trail (
  position       bigint      NOT NULL PRIMARY KEY,
  event_id       uuid        NOT NULL,
  stream_id      text        NOT NULL,
  revision       integer     NOT NULL,
  aggregate_type text        NOT NULL,
  aggregate_id   text        NOT NULL,
  event_type     text        NOT NULL,
  actor          text        NOT NULL,
  occurred_at    timestamptz NOT NULL,
  recorded_at    timestamptz NOT NULL,
  command_id     text        NOT NULL,
  correlation_id text        NOT NULL,
  causation_id   text,
  -- Written for good and seldom read: a fifth cheaper to write than jsonb.
  before         json,
  after          json
) WITH (toast_tuple_target = 8160);
COMMENT ON TABLE read_model.audit_trail IS 'One row for each event in the one order over all streams: who, what, when, and the fields it changed, before and after. Rows are never changed or removed.';

CREATE INDEX audit_trail_stream_idx ON read_model.audit_trail (stream_id, position);
CREATE INDEX audit_trail_actor_idx ON read_model.audit_trail (actor, position);
CREATE INDEX audit_trail_event_type_idx ON read_model.audit_trail (event_type, position);
CREATE INDEX audit_trail_occurred_at_idx ON read_model.audit_trail USING brin (occurred_at);

CREATE FUNCTION read_model.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_trail_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON read_model.audit_trail
  FOR EACH STATEMENT EXECUTE FUNCTION read_model.refuse_audit_change();
