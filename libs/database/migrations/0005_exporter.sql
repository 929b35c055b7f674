-- Up Migration

CREATE SCHEMA exporter;

-- One row for each owner who ever had a job queued. Workers serve the owner with the fewest running jobs first, and among
-- those the one who has been served least.
CREATE TABLE exporter.lane (
  owner        text             NOT NULL PRIMARY KEY,
  waiting      integer          NOT NULL DEFAULT 0,
  running      integer          NOT NULL DEFAULT 0,
  virtual_time double precision NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

COMMENT ON COLUMN exporter.lane.waiting IS 'Queued jobs without a lease. Kept by the triggers of export_queue.';
COMMENT ON COLUMN exporter.lane.running IS 'Queued jobs with a lease. Kept by the triggers of export_queue.';
COMMENT ON COLUMN exporter.lane.virtual_time IS 'Claims so far; a lane that wakes up starts beside the least served of the others.';

CREATE INDEX lane_turn_idx ON exporter.lane (running, virtual_time) WHERE waiting > 0;

-- The inbox: jobs that were requested and have not ended. The event store has the truth about each; a row only says that a
-- job is to be looked at, when, and who is at it.
CREATE TABLE exporter.export_queue (
  job_id           uuid        NOT NULL PRIMARY KEY,
  owner            text        NOT NULL,
  dataset_id       uuid        NOT NULL,
  priority         text        NOT NULL,
  enqueued_at      timestamptz NOT NULL,
  sort_key         timestamptz NOT NULL,
  ready_at         timestamptz NOT NULL,
  start_before     timestamptz,
  attempt          integer     NOT NULL DEFAULT 0,
  lease_owner      text,
  lease_expires_at timestamptz,
  cancel_requested boolean     NOT NULL DEFAULT false,
  rows_done        bigint      NOT NULL DEFAULT 0,
  bytes_done       bigint      NOT NULL DEFAULT 0,
  progress_at      timestamptz,
  CONSTRAINT export_queue_lease_check CHECK ((lease_owner IS NULL) = (lease_expires_at IS NULL))
) WITH (fillfactor = 70);

COMMENT ON COLUMN exporter.export_queue.sort_key IS 'When the job was queued, less the weight of its priority: the order within a lane, in which waiting makes up for a low priority.';
COMMENT ON COLUMN exporter.export_queue.ready_at IS 'Not to be claimed before.';
COMMENT ON COLUMN exporter.export_queue.attempt IS 'The last attempt that is known to have begun; 0 before the first.';
COMMENT ON COLUMN exporter.export_queue.lease_owner IS 'The claim that holds the job, as in its event JobStarted; null while it waits.';

CREATE INDEX export_queue_lane_idx ON exporter.export_queue (owner, sort_key, job_id) WHERE lease_owner IS NULL;
CREATE INDEX export_queue_leased_idx ON exporter.export_queue (job_id) WHERE lease_owner IS NOT NULL;
CREATE INDEX export_queue_delayed_idx ON exporter.export_queue (ready_at) WHERE lease_owner IS NULL;
CREATE INDEX export_queue_deadline_idx ON exporter.export_queue (start_before)
  WHERE start_before IS NOT NULL AND lease_owner IS NULL AND attempt = 0;

-- The lanes' counts follow the queue by triggers, so that no statement can forget them. Lanes are locked after rows, in the
-- order of their owners.
CREATE FUNCTION exporter.count_queued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO exporter.lane AS l (owner, waiting, running, virtual_time)
  SELECT a.owner, count(*) FILTER (WHERE a.lease_owner IS NULL), count(*) FILTER (WHERE a.lease_owner IS NOT NULL),
         coalesce((SELECT min(o.virtual_time) FROM exporter.lane o WHERE o.waiting > 0), 0)
  FROM added a GROUP BY a.owner ORDER BY a.owner
  ON CONFLICT (owner) DO UPDATE
  SET waiting = l.waiting + EXCLUDED.waiting,
      running = l.running + EXCLUDED.running,
      virtual_time = CASE WHEN l.waiting + l.running > 0 THEN l.virtual_time
                          ELSE greatest(l.virtual_time, EXCLUDED.virtual_time) END;
  RETURN NULL;
END $$;

CREATE FUNCTION exporter.count_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM exporter.lane l WHERE l.owner IN (SELECT r.owner FROM removed r) ORDER BY l.owner FOR UPDATE;
  UPDATE exporter.lane l
  SET waiting = l.waiting - gone.waiting, running = l.running - gone.running
  FROM (SELECT r.owner, count(*) FILTER (WHERE r.lease_owner IS NULL) AS waiting,
               count(*) FILTER (WHERE r.lease_owner IS NOT NULL) AS running
        FROM removed r GROUP BY r.owner) gone
  WHERE l.owner = gone.owner;
  RETURN NULL;
END $$;

CREATE FUNCTION exporter.count_leased() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  change integer := CASE WHEN NEW.lease_owner IS NULL THEN -1 ELSE 1 END;
BEGIN
  UPDATE exporter.lane SET running = running + change, waiting = waiting - change WHERE owner = NEW.owner;
  RETURN NULL;
END $$;

CREATE TRIGGER queued_is_counted AFTER INSERT ON exporter.export_queue
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION exporter.count_queued();
CREATE TRIGGER removed_is_counted AFTER DELETE ON exporter.export_queue
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION exporter.count_removed();
CREATE TRIGGER leased_is_counted AFTER UPDATE OF lease_owner ON exporter.export_queue
  FOR EACH ROW WHEN ((OLD.lease_owner IS NULL) <> (NEW.lease_owner IS NULL)) EXECUTE FUNCTION exporter.count_leased();

-- Gives one job to a worker for a while: a job whose lease ran out, else the first ready job of the lane whose turn it is.
-- No row when nothing is ready. A lane that another claim holds is passed over, unless there is no other.
CREATE FUNCTION exporter.claim(worker text, lease interval)
RETURNS TABLE (job_id uuid, attempt integer) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  turn text;
  waited boolean := false;
BEGIN
  RETURN QUERY
  UPDATE exporter.export_queue q
  SET lease_owner = worker, lease_expires_at = clock_timestamp() + lease
  WHERE q.job_id = (
    SELECT e.job_id FROM exporter.export_queue e
    WHERE e.lease_owner IS NOT NULL AND e.lease_expires_at <= clock_timestamp()
    ORDER BY e.lease_expires_at LIMIT 1 FOR UPDATE SKIP LOCKED
  )
  RETURNING q.job_id, q.attempt;
  IF FOUND THEN RETURN; END IF;

  FOR try IN 1..4 LOOP
    SELECT l.owner INTO turn FROM exporter.lane l
    WHERE l.waiting > 0 AND EXISTS (
      SELECT 1 FROM exporter.export_queue e
      WHERE e.owner = l.owner AND e.lease_owner IS NULL AND e.ready_at <= clock_timestamp()
    )
    ORDER BY l.running, l.virtual_time LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
      -- Whoever has waited for a lane holds it, and may not wait for another one as well.
      IF waited THEN RETURN; END IF;
      waited := true;
      SELECT l.owner INTO turn FROM exporter.lane l
      WHERE l.waiting > 0 AND EXISTS (
        SELECT 1 FROM exporter.export_queue e
        WHERE e.owner = l.owner AND e.lease_owner IS NULL AND e.ready_at <= clock_timestamp()
      )
      ORDER BY l.running, l.virtual_time LIMIT 1 FOR UPDATE;
      IF NOT FOUND THEN RETURN; END IF;
      -- The turn may have passed to another lane meanwhile.
      CONTINUE;
    END IF;

    RETURN QUERY
    UPDATE exporter.export_queue q
    SET lease_owner = worker, lease_expires_at = clock_timestamp() + lease
    WHERE q.job_id = (
      SELECT e.job_id FROM exporter.export_queue e
      WHERE e.owner = turn AND e.lease_owner IS NULL AND e.ready_at <= clock_timestamp()
      ORDER BY e.sort_key, e.job_id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING q.job_id, q.attempt;
    IF FOUND THEN
      UPDATE exporter.lane SET virtual_time = virtual_time + 1 WHERE owner = turn;
      RETURN;
    END IF;
  END LOOP;
END $$;

-- Files of completed jobs, until retention removes them.
CREATE TABLE exporter.stored_output (
  job_id     uuid        NOT NULL PRIMARY KEY,
  attempt    integer     NOT NULL,
  expires_at timestamptz NOT NULL
);

CREATE INDEX stored_output_expires_at_idx ON exporter.stored_output (expires_at);
