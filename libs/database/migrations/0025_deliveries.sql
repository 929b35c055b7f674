-- Up Migration

CREATE TABLE read_model.destination (
  destination_id uuid        NOT NULL PRIMARY KEY,
  name           text        NOT NULL UNIQUE,
  description    text,
  kind           text        NOT NULL,
  usable_by      text        NOT NULL,
  s3             jsonb,
  sftp           jsonb,
  webhook        jsonb,
  status         text        NOT NULL,
  revision       integer     NOT NULL,
  registered_by  text        NOT NULL,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL
);
COMMENT ON TABLE read_model.destination IS 'Where reports may be delivered to, or could be. The options of its kind are not null; Slack has none.';

CREATE TABLE read_model.delivery (
  delivery_id    uuid        NOT NULL PRIMARY KEY,
  job_request_id uuid        NOT NULL,
  schedule_id    uuid,
  entry_id       uuid,
  template_id    uuid,
  owner          text        NOT NULL,
  channel        text        NOT NULL,
  destination_id uuid,
  target         jsonb       NOT NULL,
  status         text        NOT NULL,
  attempt        integer     NOT NULL,
  last_attempt   integer     NOT NULL,
  deadline       timestamptz NOT NULL,
  retry_at       timestamptz,
  failure        jsonb,
  receipt        jsonb,
  cancelled_by   text,
  cancel_reason  text,
  requested_by   text        NOT NULL,
  requested_at   timestamptz NOT NULL,
  ended_at       timestamptz,
  revision       integer     NOT NULL,
  updated_at     timestamptz NOT NULL
);
COMMENT ON TABLE read_model.delivery IS 'Reports on their way to one target each. Recipients of mails stand there by the ids of access.recipient.';
COMMENT ON COLUMN read_model.delivery.attempt IS 'The attempt that ended last; 0 before the first. last_attempt is the last that there may be.';

CREATE INDEX delivery_job_idx ON read_model.delivery (job_request_id);
CREATE INDEX delivery_requested_idx ON read_model.delivery (requested_at, delivery_id);
CREATE INDEX delivery_owner_idx ON read_model.delivery (owner, requested_at, delivery_id);
CREATE INDEX delivery_template_idx ON read_model.delivery (template_id, requested_at, delivery_id);
CREATE INDEX delivery_destination_idx ON read_model.delivery (destination_id, requested_at, delivery_id) WHERE destination_id IS NOT NULL;

CREATE TABLE read_model.delivery_attempt (
  delivery_id uuid        NOT NULL,
  attempt     integer     NOT NULL,
  worker      text        NOT NULL,
  ended_at    timestamptz NOT NULL,
  duration_ms bigint      NOT NULL,
  failure     jsonb,
  PRIMARY KEY (delivery_id, attempt)
);
COMMENT ON TABLE read_model.delivery_attempt IS 'Attempts of deliveries that have ended; failure is null for the one that arrived.';

-- Addresses of people to whom mails go. Events and read models have the ids alone, so erasing a row here erases the person.
CREATE TABLE access.recipient (
  recipient_id uuid        NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
  address      text        NOT NULL UNIQUE,
  created_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE access.recipient IS 'E-mail addresses, as local@domain with the domain in lower case and Punycode.';

-- Secrets of destinations are kept beside those of data sources.
ALTER TABLE vault.secret RENAME COLUMN data_source_id TO owner_id;
ALTER INDEX vault.secret_data_source_idx RENAME TO secret_owner_idx;
COMMENT ON TABLE vault.secret IS 'Secrets of data sources and destinations: AES-256-GCM under a key of ENCRYPTION_KEY, bound to their owner. Rows are never changed.';

CREATE SCHEMA notifier;

-- The inbox: deliveries that were requested and have not ended. The event store has the truth about each; a row only says that a
-- delivery is to be looked at, when, and who is at it.
CREATE TABLE notifier.delivery_queue (
  delivery_id      uuid        NOT NULL PRIMARY KEY,
  lane             text        NOT NULL,
  ready_at         timestamptz NOT NULL,
  lease_owner      text,
  lease_expires_at timestamptz,
  cancel_requested boolean     NOT NULL DEFAULT false,
  CONSTRAINT delivery_queue_lease_check CHECK ((lease_owner IS NULL) = (lease_expires_at IS NULL))
) WITH (fillfactor = 70);
COMMENT ON COLUMN notifier.delivery_queue.lane IS 'email, or the id of the destination: a slow one may not take all workers.';
COMMENT ON COLUMN notifier.delivery_queue.ready_at IS 'Not to be claimed before.';
COMMENT ON COLUMN notifier.delivery_queue.lease_owner IS 'The claim that holds the delivery, as in the event that ends its attempt; null while it waits.';

CREATE INDEX delivery_queue_lane_idx ON notifier.delivery_queue (lane, ready_at, delivery_id) WHERE lease_owner IS NULL;
CREATE INDEX delivery_queue_ready_idx ON notifier.delivery_queue (ready_at) WHERE lease_owner IS NULL;
CREATE INDEX delivery_queue_leased_idx ON notifier.delivery_queue (lease_expires_at) WHERE lease_owner IS NOT NULL;

-- Nobody gets mail for what was done before there were deliveries.
INSERT INTO event_feed.checkpoint (group_name, source, position)
SELECT 'notifier-deliveries', 'store', max(position) FROM event_store.event HAVING max(position) IS NOT NULL;
