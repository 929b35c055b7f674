-- Up Migration

-- The same answers as before (migration 0001 says what each parameter means) from two small statements instead of one large one,
-- whose start alone took longer than storing five events. Nearly always every append finds its stream as expected.
CREATE OR REPLACE FUNCTION event_store.append(
  stream_ids text,
  expecteds  integer[],
  owners     integer[],
  places     integer[],
  event_ids  text,
  types      text,
  payloads   text,
  metadatas  text
) RETURNS TABLE (stored boolean, head integer, head_position bigint)
LANGUAGE plpgsql
-- Planned once: the plans differ by nothing but how many rows they guess.
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  streams  text[] := string_to_array(stream_ids, E'\n');
  ids      uuid[] := string_to_array(event_ids, E'\n')::uuid[];
  heads    integer[];
  accepted boolean[];
  base     bigint;
  moment   timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(4715362);
  moment := clock_timestamp();
  PERFORM pg_notify('event_store', '');
  SELECT array_agg(coalesce(last.revision, -1) ORDER BY s.ordinal), (SELECT coalesce(max(e.position), 0) FROM event_store.event e)
  INTO heads, base
  FROM unnest(streams) WITH ORDINALITY AS s (stream_id, ordinal)
  LEFT JOIN LATERAL (
    SELECT e.revision FROM event_store.event e WHERE e.stream_id = s.stream_id ORDER BY e.revision DESC LIMIT 1
  ) last ON true;
  IF heads = expecteds THEN
    accepted := array_fill(true, ARRAY[cardinality(heads)]);
  ELSE
    SELECT array_agg(a.expected = heads[a.ordinal] OR a.expected = -2 AND NOT EXISTS (
      SELECT FROM unnest(owners, places, ids) AS i (owner, place, event_id)
      JOIN event_store.event e ON e.stream_id = streams[a.ordinal] AND e.event_id = i.event_id
      WHERE i.owner = a.ordinal AND i.place = 1
    ) ORDER BY a.ordinal)
    INTO accepted
    FROM unnest(expecteds) WITH ORDINALITY AS a (expected, ordinal);
  END IF;
  INSERT INTO event_store.event (position, stream_id, revision, event_id, type, data, metadata, recorded_at)
  SELECT base + row_number() OVER (), streams[i.owner], heads[i.owner] + i.place, i.event_id, i.type, i.payload::json,
         i.metadata::json, moment
  FROM unnest(
    owners, places, ids, string_to_array(types, E'\n'), string_to_array(payloads, E'\n'), string_to_array(metadatas, E'\n')
  ) AS i (owner, place, event_id, type, payload, metadata)
  WHERE accepted[i.owner];
  RETURN QUERY
  SELECT accepted[a.owner], heads[a.owner] + a.stored, CASE WHEN accepted[a.owner] THEN base + sum(a.stored) OVER (ORDER BY a.owner) END::bigint
  FROM (
    SELECT o.owner, (count(*) FILTER (WHERE accepted[o.owner]))::integer AS stored FROM unnest(owners) AS o (owner) GROUP BY o.owner
  ) a
  ORDER BY a.owner;
END $$;
