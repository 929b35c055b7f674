-- Up Migration

-- The most rows of one report of this user's; NULL: no limit of their own. Users of before have none.
ALTER TABLE access.user_account ADD COLUMN max_rows integer CHECK (max_rows >= 1);
