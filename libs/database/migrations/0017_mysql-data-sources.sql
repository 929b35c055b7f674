-- Up Migration

ALTER TABLE read_model.data_source ADD COLUMN mysql jsonb;
COMMENT ON COLUMN read_model.data_source.postgres IS 'The options of its kind: one of postgres, mysql and file is not null.';
