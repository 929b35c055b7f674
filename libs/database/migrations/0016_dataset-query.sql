-- Up Migration

-- The query whose rows are the dataset; NULL: it is a table or view. With a query, relation_schema and relation_name are empty.
ALTER TABLE read_model.dataset ADD COLUMN query text;
