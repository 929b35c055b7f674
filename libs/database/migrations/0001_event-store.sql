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
-- expected: a revision, -1 for "no stream", -2 for "any"; the latter is not stored again when its first event stands already.
-- Texts come joined by newlines, which no name, id or JSON contains: arrays would have every quote escaped and unescaped.
-- Answers for each append whether it was stored, the revision that its stream then has (-1: none) and the position of its
-- last event if it was stored.
-- The lock is held from before the positions are given out until after the commit, so positions become visible in order
-- and without gaps. Nothing else takes it, and no client round trip happens while it is held.
CREATE FUNCTION event_store.append(
  stream_ids text,
  expecteds  integer[],
  owners     integer[],
  places     integer[],
  event_ids  text,
  types      text,
  payloads   text,
  metadatas  text
) RETURNS TABLE (stored boolean, head integer, head_position bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  base    bigint;
  moment  timestamptz;
  repeats bigint[] := '{}';
BEGIN
  PERFORM pg_advisory_xact_lock(4715362);
  SELECT coalesce(max(e.position), 0) INTO base FROM event_store.event e;
  moment := clock_timestamp();
  PERFORM pg_notify('event_store', '');
  IF -2 = ANY (expecteds) THEN
    SELECT coalesce(array_agg(a.ordinal), '{}') INTO repeats
    FROM unnest(string_to_array(stream_ids, E'\n'), expecteds) WITH ORDINALITY AS a (stream_id, expected, ordinal)
    JOIN unnest(owners, places, string_to_array(event_ids, E'\n')::uuid[]) AS i (owner, place, event_id) ON i.owner = a.ordinal AND i.place = 1
    JOIN event_store.event e ON e.stream_id = a.stream_id AND e.event_id = i.event_id
    WHERE a.expected = -2;
  END IF;
  RETURN QUERY
  WITH incoming AS MATERIALIZED (
    SELECT * FROM unnest(
      owners, places, string_to_array(event_ids, E'\n')::uuid[], string_to_array(types, E'\n'),
      string_to_array(payloads, E'\n'), string_to_array(metadatas, E'\n')
    ) AS i (owner, place, event_id, type, payload, metadata)
  ), entry AS MATERIALIZED (
    SELECT a.ordinal, a.stream_id, a.expected, sizes.events, coalesce(last.revision, -1) AS current
    FROM unnest(string_to_array(stream_ids, E'\n'), expecteds) WITH ORDINALITY AS a (stream_id, expected, ordinal)
    JOIN (SELECT o.owner, count(*) AS events FROM unnest(owners) AS o (owner) GROUP BY o.owner) sizes
      ON sizes.owner = a.ordinal
    LEFT JOIN LATERAL (
      SELECT e.revision FROM event_store.event e WHERE e.stream_id = a.stream_id ORDER BY e.revision DESC LIMIT 1
    ) last ON true
  ), accepted AS MATERIALIZED (
    SELECT n.ordinal, n.stream_id, n.current, n.events,
           base + (sum(n.events) OVER (ORDER BY n.ordinal))::bigint - n.events AS before
    FROM entry n
    WHERE (n.expected = n.current OR n.expected = -2) AND n.ordinal <> ALL (repeats)
  ), written AS (
    INSERT INTO event_store.event (position, stream_id, revision, event_id, type, data, metadata, recorded_at)
    SELECT n.before + i.place, n.stream_id, n.current + i.place, i.event_id, i.type, i.payload::json, i.metadata::json,
           moment
    FROM accepted n JOIN incoming i ON i.owner = n.ordinal
  )
  SELECT a.ordinal IS NOT NULL, (n.current + coalesce(a.events, 0))::integer, a.before + a.events
  FROM entry n LEFT JOIN accepted a ON a.ordinal = n.ordinal
  ORDER BY n.ordinal;
END $$;
