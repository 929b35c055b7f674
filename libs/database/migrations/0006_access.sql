-- Up Migration

CREATE SCHEMA access;

-- The one table that holds names: events refer to people by id alone, so erasing a row here erases the person.
CREATE TABLE access.user_account (
  user_id       uuid        NOT NULL PRIMARY KEY,
  username      text        NOT NULL CHECK (username ~ '^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$'),
  display_name  text        NOT NULL,
  password_hash text        NOT NULL,
  role          text        NOT NULL CHECK (role IN ('admin', 'user')),
  -- Tokens carry it: raising it revokes every token given out before.
  token_version integer     NOT NULL DEFAULT 1,
  disabled_at   timestamptz,
  created_at    timestamptz NOT NULL
);

CREATE UNIQUE INDEX user_account_username_key ON access.user_account (lower(username));

COMMENT ON TABLE access.user_account IS 'Who may sign in. Passwords are argon2id hashes.';

CREATE TABLE access.receipt (
  key_hash   bytea       NOT NULL PRIMARY KEY,
  actor      uuid        NOT NULL,
  body_hash  bytea       NOT NULL,
  -- Null until the command was answered.
  status     smallint,
  headers    json,
  body       json,
  expires_at timestamptz NOT NULL
);

CREATE INDEX receipt_expires_at_idx ON access.receipt (expires_at);

COMMENT ON TABLE access.receipt IS 'Answers of commands that bore an Idempotency-Key, so that a repeat gets the same one.';
