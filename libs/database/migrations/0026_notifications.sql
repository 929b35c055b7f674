-- Up Migration

-- The one place that has it: events name people by id alone, so erasing the row erases the address.
ALTER TABLE access.user_account ADD COLUMN email text CHECK (length(email) BETWEEN 3 AND 254);

CREATE SCHEMA IF NOT EXISTS notifier;

-- What happened before is not told: nobody gets old mail.
CREATE TABLE event_feed.beginning (
  group_name text   NOT NULL PRIMARY KEY,
  position   bigint NOT NULL
);
COMMENT ON TABLE event_feed.beginning IS 'After which position of the event store a group of subscribers begins: its head when the group first started.';

CREATE TABLE notifier.notice (
  notice_id       uuid        NOT NULL PRIMARY KEY,
  user_id         uuid        NOT NULL,
  event_id        uuid        NOT NULL,
  kind            text        NOT NULL,
  likeness        text        NOT NULL,
  facts           jsonb       NOT NULL,
  occurs_at       timestamptz NOT NULL,
  state           text        NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'unwanted', 'kept')),
  notification_id uuid,
  read_at         timestamptz
);
COMMENT ON TABLE notifier.notice IS 'What people are to be told of, one row for an event, kind and person. kept: there was no way to send it, so it stands in the inbox alone.';
COMMENT ON COLUMN notifier.notice.facts IS 'What the texts say of it, as the event had it.';
COMMENT ON COLUMN notifier.notice.occurs_at IS 'When it may be told; in the future for files that will be removed.';

CREATE INDEX notice_inbox_idx ON notifier.notice (user_id, occurs_at, notice_id);
CREATE INDEX notice_waiting_idx ON notifier.notice (user_id, occurs_at) WHERE state = 'waiting';
CREATE INDEX notice_notification_idx ON notifier.notice (notification_id) WHERE notification_id IS NOT NULL;
CREATE INDEX notice_age_idx ON notifier.notice (occurs_at);

-- Whose notices have to be looked at, and when. Who holds the lease plans and sends for the person, so that limits are kept
-- however many processes there are.
CREATE TABLE notifier.recipient (
  user_id          uuid NOT NULL PRIMARY KEY,
  plan_at          timestamptz,
  lease_owner      uuid,
  lease_expires_at timestamptz
);

CREATE INDEX recipient_plan_idx ON notifier.recipient (plan_at) WHERE plan_at IS NOT NULL;
CREATE INDEX recipient_lease_idx ON notifier.recipient (lease_expires_at) WHERE lease_expires_at IS NOT NULL;

CREATE TABLE notifier.message (
  notification_id uuid        NOT NULL PRIMARY KEY,
  user_id         uuid        NOT NULL,
  -- Null, both of them, for a digest and for a test.
  kind            text,
  likeness        text,
  planned_at      timestamptz NOT NULL,
  attempt         integer     NOT NULL DEFAULT 0,
  next_try_at     timestamptz,
  state           text        NOT NULL CHECK (state IN ('sending', 'sent', 'failed'))
);
COMMENT ON TABLE notifier.message IS 'Messages to people. What became of each is also on record as events of its stream.';

CREATE INDEX message_user_idx ON notifier.message (user_id, planned_at);
