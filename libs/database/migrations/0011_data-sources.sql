-- Up Migration

CREATE TABLE read_model.data_source (
  data_source_id uuid        NOT NULL PRIMARY KEY,
  name           text        NOT NULL UNIQUE,
  description    text,
  kind           text        NOT NULL,
  postgres       jsonb,
  file           jsonb,
  secret_id      uuid,
  status         text        NOT NULL,
  revision       integer     NOT NULL,
  registered_by  text        NOT NULL,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL
);
COMMENT ON TABLE read_model.data_source IS 'Data sources that are, or were, registered; those of the settings stand there alone.';
COMMENT ON COLUMN read_model.data_source.postgres IS 'The options of its kind: one of postgres and file is not null.';
COMMENT ON COLUMN read_model.data_source.secret_id IS 'Row of vault.secret that holds its password.';

CREATE SCHEMA vault;

-- No event holds a secret, so these rows follow from nothing: they belong into every backup, and so do the keys.
CREATE TABLE vault.secret (
  secret_id      uuid        NOT NULL PRIMARY KEY,
  data_source_id uuid        NOT NULL,
  key_id         text        NOT NULL,
  nonce          bytea       NOT NULL CHECK (octet_length(nonce) = 12),
  ciphertext     bytea       NOT NULL,
  created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX secret_data_source_idx ON vault.secret (data_source_id);
COMMENT ON TABLE vault.secret IS 'Passwords of data sources: AES-256-GCM under a key of ENCRYPTION_KEY, bound to their data source. Rows are never changed.';
COMMENT ON COLUMN vault.secret.key_id IS 'Tells which of the keys: the beginning of its SHA-256.';
COMMENT ON COLUMN vault.secret.ciphertext IS 'With the authentication tag, 16 bytes, at its end.';
