ALTER TABLE plan_item_versions DROP COLUMN part;
