-- Up Migration

CREATE TABLE access.hourly_use (
  user_id uuid          NOT NULL,
  purpose text          NOT NULL,
  used_at timestamptz[] NOT NULL,
  PRIMARY KEY (user_id, purpose)
);
COMMENT ON TABLE access.hourly_use IS 'When a user last did what may be done so many times an hour: at most as many times as the limit, the oldest first.';

-- The name of a destination that was retired can be given to another one, which is not the same.
ALTER TABLE read_model.destination DROP CONSTRAINT destination_name_key;
CREATE INDEX destination_name_idx ON read_model.destination (name, destination_id);
