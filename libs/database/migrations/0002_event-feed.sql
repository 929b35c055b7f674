-- Up Migration

CREATE SCHEMA event_feed;

CREATE TABLE event_feed.checkpoint (
  group_name text        NOT NULL,
  source     text        NOT NULL,
  position   bigint      NOT NULL,
  "offset"   bigint,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (group_name, source)
) WITH (fillfactor = 50);

COMMENT ON TABLE event_feed.checkpoint IS 'How far each group of consumers has got in each source; moved in the transaction that applies the events.';
