-- Up Migration

-- A notice may go by mail and to a destination of its person. Each way is planned, sent and settled by itself.
CREATE TABLE notifier.notice_way (
  notice_id       uuid NOT NULL REFERENCES notifier.notice ON DELETE CASCADE,
  way             text NOT NULL CHECK (way IN ('email', 'destination')),
  user_id         uuid NOT NULL,
  state           text NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'unwanted', 'kept')),
  notification_id uuid,
  PRIMARY KEY (notice_id, way)
);
COMMENT ON TABLE notifier.notice_way IS 'What becomes of a notice by each way that its person wanted when it happened. kept: there was no such way any more, so it stands in the inbox alone.';

CREATE INDEX notice_way_waiting_idx ON notifier.notice_way (user_id, way) WHERE state = 'waiting';
CREATE INDEX notice_way_notification_idx ON notifier.notice_way (notification_id) WHERE notification_id IS NOT NULL;

INSERT INTO notifier.notice_way (notice_id, way, user_id, state, notification_id)
SELECT notice_id, 'email', user_id, state, notification_id FROM notifier.notice;

ALTER TABLE notifier.notice DROP COLUMN state, DROP COLUMN notification_id;
COMMENT ON TABLE notifier.notice IS 'What people are to be told of, one row for an event, kind and person.';

ALTER TABLE notifier.message
  ADD COLUMN way     text NOT NULL DEFAULT 'email' CHECK (way IN ('email', 'destination')),
  ADD COLUMN code    text,
  ADD COLUMN problem text;
ALTER TABLE notifier.message ALTER COLUMN way DROP DEFAULT;
COMMENT ON COLUMN notifier.message.problem IS 'Why the last attempt failed, in a sentence, with its code; NULL where it did not.';
