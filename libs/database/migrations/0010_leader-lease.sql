-- Up Migration

CREATE SCHEMA coordination;

-- Which process leads where only one may. A lease that is not renewed ends by itself, on this database's clock, so that a
-- process that hangs or is stopped gives way, which it would not with a lock that lives as long as its session.
CREATE TABLE coordination.leader_lease (
  name       text        NOT NULL PRIMARY KEY,
  term       bigint      NOT NULL,
  holder     text,
  expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);

COMMENT ON COLUMN coordination.leader_lease.term IS 'Grows with each new leader: whoever acts on an older term is fenced off.';
COMMENT ON COLUMN coordination.leader_lease.holder IS 'Host, process id and a random part of the leader; null once it stepped down.';
