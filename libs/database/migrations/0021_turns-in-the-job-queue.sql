-- Up Migration

-- Claims are decided in one place at a time, under an advisory lock, from what runs at that moment: there is nothing left to count.
DROP FUNCTION exporter.claim(text, interval);
DROP TRIGGER queued_is_counted ON exporter.export_queue;
DROP TRIGGER removed_is_counted ON exporter.export_queue;
DROP TRIGGER leased_is_counted ON exporter.export_queue;
DROP FUNCTION exporter.count_queued();
DROP FUNCTION exporter.count_removed();
DROP FUNCTION exporter.count_leased();
DROP TABLE exporter.lane;
DROP INDEX exporter.export_queue_lane_idx;
DROP INDEX exporter.export_queue_leased_idx;
DROP INDEX exporter.export_queue_delayed_idx;

ALTER TABLE exporter.export_queue
  DROP COLUMN sort_key,
  ADD COLUMN level smallint,
  ADD COLUMN schedule_id uuid,
  ADD COLUMN nominal_time timestamptz,
  ADD COLUMN exclusive boolean NOT NULL DEFAULT false,
  ADD COLUMN delayed boolean NOT NULL DEFAULT false;

-- Jobs of before were neither exclusive nor catching up.
UPDATE exporter.export_queue
SET level = array_position(ARRAY['low', 'normal', 'high', 'urgent'], priority) - 1, nominal_time = enqueued_at,
    delayed = lease_owner IS NULL AND ready_at > clock_timestamp();

ALTER TABLE exporter.export_queue ALTER COLUMN level SET NOT NULL, ALTER COLUMN nominal_time SET NOT NULL;

COMMENT ON COLUMN exporter.export_queue.level IS '0 (low) to 3 (urgent); 4 less for what makes up for an outage.';
COMMENT ON COLUMN exporter.export_queue.exclusive IS 'No other job of its schedule may run beside it, nor may it pass an earlier one.';
COMMENT ON COLUMN exporter.export_queue.delayed IS 'Set while ready_at is to come, so that claims do not even look at the row.';

CREATE INDEX export_queue_turn_idx
  ON exporter.export_queue (owner, level, dataset_id, enqueued_at, nominal_time, job_id)
  WHERE lease_owner IS NULL AND NOT delayed;
CREATE INDEX export_queue_leased_idx ON exporter.export_queue (schedule_id) WHERE lease_owner IS NOT NULL;
CREATE INDEX export_queue_delayed_idx ON exporter.export_queue (ready_at) WHERE lease_owner IS NULL AND delayed;
CREATE INDEX export_queue_schedule_idx ON exporter.export_queue (schedule_id, nominal_time, job_id)
  WHERE schedule_id IS NOT NULL AND lease_owner IS NULL;

CREATE TABLE exporter.share (
  owner     text        NOT NULL,
  level     smallint    NOT NULL,
  served_at timestamptz NOT NULL,
  PRIMARY KEY (owner, level)
) WITH (fillfactor = 50);
COMMENT ON TABLE exporter.share IS 'When a job of each owner and level was last given to a worker.';

CREATE TABLE exporter.worker (
  name    text        NOT NULL PRIMARY KEY,
  slots   integer     NOT NULL,
  seen_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE exporter.worker IS 'The processes that run jobs, and how many each runs at a time.';

-- What the queue has to know about datasets and data sources, from their events.
CREATE TABLE exporter.dataset (
  dataset_id  uuid    NOT NULL PRIMARY KEY,
  data_source text    NOT NULL,
  retired     boolean NOT NULL,
  revision    integer NOT NULL
);

CREATE TABLE exporter.data_source (
  data_source_id  uuid    NOT NULL PRIMARY KEY,
  name            text    NOT NULL,
  max_connections integer,
  blackouts       jsonb   NOT NULL DEFAULT '[]',
  revision        integer NOT NULL
);
COMMENT ON COLUMN exporter.data_source.max_connections IS 'Connections that each process opens at most; NULL: as many as the settings allow.';
COMMENT ON COLUMN exporter.data_source.blackouts IS 'When nothing may start on it.';

INSERT INTO exporter.dataset (dataset_id, data_source, retired, revision)
SELECT dataset_id, data_source, status = 'retired', revision FROM read_model.dataset;
INSERT INTO exporter.data_source (data_source_id, name, max_connections, revision)
SELECT data_source_id, name, (coalesce(postgres, mysql) ->> 'maxConnections')::integer, revision FROM read_model.data_source;

ALTER TABLE read_model.data_source ADD COLUMN blackouts jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN read_model.data_source.blackouts IS 'When no report may begin to read from it. Data sources of before have none.';

-- The rows above are those of the read models: what these have yet to apply has to come to the exporter as well.
UPDATE event_feed.checkpoint c SET position = r.position, "offset" = r."offset"
FROM event_feed.checkpoint r
WHERE c.group_name = 'exporter' AND r.group_name = 'read-models' AND r.source = c.source AND r.position < c.position;
