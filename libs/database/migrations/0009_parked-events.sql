-- Up Migration

CREATE TABLE event_feed.parked_event (
  parked_id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  group_name     text        NOT NULL,
  source         text        NOT NULL,
  stream_id      text,
  position       bigint,
  event_id       text,
  event_type     text,
  record_offset  bigint,
  record_key     bytea,
  record_value   bytea,
  record_headers jsonb,
  error_code     text        NOT NULL,
  error_message  text        NOT NULL,
  tries          integer     NOT NULL,
  status         text        NOT NULL DEFAULT 'parked' CHECK (status IN ('parked', 'replay', 'dropped')),
  parked_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  copied_at      timestamptz,
  dropped_at     timestamptz,
  dropped_by     text,
  drop_reason    text,
  -- An event is read again from the store; of a record that is none, the bytes are kept.
  CHECK (position IS NOT NULL OR (record_offset IS NOT NULL AND record_headers IS NOT NULL)),
  CHECK ((status = 'dropped') = (drop_reason IS NOT NULL))
);

CREATE UNIQUE INDEX parked_event_position ON event_feed.parked_event (group_name, position) WHERE position IS NOT NULL;
CREATE UNIQUE INDEX parked_event_offset ON event_feed.parked_event (group_name, source, record_offset) WHERE position IS NULL;
CREATE INDEX parked_event_stream ON event_feed.parked_event (group_name, stream_id) WHERE status <> 'dropped';
CREATE INDEX parked_event_uncopied ON event_feed.parked_event (group_name, parked_id) WHERE copied_at IS NULL;

COMMENT ON TABLE event_feed.parked_event IS 'Events that a group could not apply, and those of their streams that wait behind them.';
COMMENT ON COLUMN event_feed.parked_event.copied_at IS 'When a copy went to the dead-letter topic; null without Kafka.';
