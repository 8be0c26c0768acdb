-- What money of a plan is in a rolling frame: the cost of what goes on, of what is new, or the ceiling over both.
ALTER TABLE plan_item_versions ADD COLUMN part TEXT CHECK (part IS NULL OR (part IN ('BASELINE', 'NEW', 'CEILING') AND kind = 'FUNDING'));
