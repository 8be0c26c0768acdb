-- The lines of an estimate that stand today, in the order of entry: a page of a long estimate is read without the rest of it.
DROP INDEX line_versions_until;
CREATE INDEX line_versions_until ON line_versions (jurisdiction, estimate, until, sequence);
