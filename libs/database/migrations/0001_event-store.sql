-- Up Migration

CREATE SCHEMA event_store;

-- No table of streams and no unique index on event_id: each halves the speed of appends, and the append function does not
-- need them.
CREATE TABLE event_store.event (
  position    bigint      NOT NULL PRIMARY KEY,
  stream_id   text        NOT NULL,
  revision    integer     NOT NULL,
  event_id    uuid        NOT NULL,
  type        text        NOT NULL,
  data        json        NOT NULL,
  metadata    json        NOT NULL,
  recorded_at timestamptz NOT NULL,
  CONSTRAINT event_stream_id_revision_key UNIQUE (stream_id, revision)
);

COMMENT ON TABLE event_store.event IS 'Every decision ever taken, in one order without gaps. Written by event_store.append only.';

CREATE FUNCTION event_store.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'event_store.event is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_store.event
  FOR EACH STATEMENT EXECUTE FUNCTION event_store.refuse_change();

-- Appends to many different streams. Each append (an element of stream_ids) is stored whole or not at all; the events of
-- all appends stand in the flat arrays, with the number of their append (from 1) and their place in it (from 1).
-- expected: a revision, -1 for "no stream", -2 for "any".
-- The lock is held from before the positions are given out until after the commit, so positions become visible in order
-- and without gaps. Nothing else takes it, and no client round trip happens while it is held.
CREATE FUNCTION event_store.append(
  stream_ids  text[],
  expecteds   integer[],
  owners      integer[],
  places      integer[],
  event_ids   uuid[],
  types       text[],
  payloads    json[],
  metadatas   json[]
) RETURNS TABLE (stored boolean, repeated boolean, head integer, head_position bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  base bigint;
  moment timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(4715362);
  SELECT coalesce(max(e.position), 0) INTO base FROM event_store.event e;
  moment := clock_timestamp();
  PERFORM pg_notify('event_store', '');
  RETURN QUERY
  WITH entry AS (
    SELECT a.ordinal, a.stream_id, a.expected, coalesce(last.revision, -1) AS current, last.position AS current_position
    FROM unnest(stream_ids, expecteds) WITH ORDINALITY AS a (stream_id, expected, ordinal)
    LEFT JOIN LATERAL (
      SELECT e.revision, e.position FROM event_store.event e
      WHERE e.stream_id = a.stream_id ORDER BY e.revision DESC LIMIT 1
    ) last ON true
  ), incoming AS (
    SELECT * FROM unnest(owners, places, event_ids, types, payloads, metadatas) WITH ORDINALITY
      AS i (owner, place, event_id, type, payload, metadata, ordinal)
  ), seen AS (
    -- The appends whose events all stand already where they would have been put: a first try that lost its answer.
    SELECT n.ordinal, max(e.revision) AS revision, max(e.position) AS position
    FROM entry n
    JOIN incoming i ON i.owner = n.ordinal
    LEFT JOIN event_store.event e
      ON e.stream_id = n.stream_id AND e.event_id = i.event_id AND (n.expected = -2 OR e.revision = n.expected + i.place)
    WHERE (n.expected = -2 OR n.expected < n.current) AND n.current >= 0
    GROUP BY n.ordinal HAVING count(e.position) = count(*)
  ), accepted AS (
    SELECT n.* FROM entry n
    WHERE (n.expected = -2 OR n.expected = n.current) AND n.ordinal NOT IN (SELECT s.ordinal FROM seen s)
  ), written AS (
    INSERT INTO event_store.event (position, stream_id, revision, event_id, type, data, metadata, recorded_at)
    SELECT base + row_number() OVER (ORDER BY i.ordinal), n.stream_id, n.current + i.place, i.event_id, i.type, i.payload,
           i.metadata, moment
    FROM incoming i JOIN accepted n ON n.ordinal = i.owner
    RETURNING stream_id, revision, position
  ), outcome AS (
    SELECT w.stream_id, max(w.revision) AS revision, max(w.position) AS position FROM written w GROUP BY w.stream_id
  )
  SELECT o.stream_id IS NOT NULL OR s.ordinal IS NOT NULL,
         s.ordinal IS NOT NULL,
         coalesce(o.revision, s.revision, n.current),
         coalesce(o.position, s.position)
  FROM entry n
  LEFT JOIN outcome o ON o.stream_id = n.stream_id
  LEFT JOIN seen s ON s.ordinal = n.ordinal
  ORDER BY n.ordinal;
END $$;
