DROP INDEX line_versions_until;
CREATE INDEX line_versions_until ON line_versions (jurisdiction, estimate, until);
