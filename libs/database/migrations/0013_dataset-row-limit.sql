-- Up Migration

-- The dataset's own limit of rows; NULL: none. Datasets of before have none.
ALTER TABLE read_model.dataset ADD COLUMN row_limit integer;
